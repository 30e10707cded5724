import { isRole, type Principal, type Role } from './roles.js';

/** How the claims of an issuer's tokens are read. */
export interface ClaimMapping {
  /** Claim that lists somebody's roles or groups; a dot leads into an object: `realm_access.roles`. */
  readonly rolesClaim: string;
  /** What the issuer calls them -> our roles. What is not named here counts if it is the name of a role itself. */
  readonly roleMap: Readonly<Record<string, readonly Role[]>>;
}

const ID_MAX = 255;

/**
 * Who the verified claims of a token are about; undefined without a usable `sub`. Roles that are not ours are left
 * out: a token may have none, and then allows nothing.
 */
export function principalOf(claims: Readonly<Record<string, unknown>>, mapping: ClaimMapping): Principal | undefined {
  const { sub } = claims;
  if (typeof sub !== 'string' || sub.trim() === '' || sub.length > ID_MAX) return undefined;
  const name = [claims['name'], claims['preferred_username'], claims['email']].find(isText) ?? sub;
  return { id: sub, name: name.slice(0, ID_MAX), roles: rolesOf(claims, mapping), isPerson: true };
}

function rolesOf(claims: Readonly<Record<string, unknown>>, { rolesClaim, roleMap }: ClaimMapping): Role[] {
  const named = textsOf(claimAt(claims, rolesClaim));
  const roles = named.flatMap((name) =>
    Object.hasOwn(roleMap, name) ? (roleMap[name] ?? []) : isRole(name) ? [name] : [],
  );
  return [...new Set(roles)];
}

/** A claim of exactly that name (some issuers use URLs with dots), else the path. */
function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let found: unknown = claims;
  for (const step of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string, unknown>)[step];
  }
  return found;
}

/** A list, or texts with spaces between them as in `scope`. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.split(' ').filter((text) => text !== '');
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
