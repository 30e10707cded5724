export * from './jwt-verifier.js';
export * from './local-issuer.js';
export * from './oidc-issuer.js';
export * from './shared-token.js';
