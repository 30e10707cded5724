export * from './claims.js';
export * from './demo-people.js';
export * from './roles.js';
export * from './token-verifier.js';
