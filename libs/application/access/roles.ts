/**
 * What somebody may do through the API; a person may have several, and none contains another (docs/api.md has the
 * table). A role only ever allows: what no role of a route's list allows is refused.
 *
 * - `viewer` reads
 * - `operator` acts on signals and dead letters, and applies reference data (rates, rules, agents)
 * - `budget-owner` drafts, submits and closes budgets
 * - `approver` approves, rejects and closes budgets, up to his limit and never what he wrote or submitted himself
 * - `admin` does what operators and budget-owners do; not what approvers do
 */
export const ROLES = ['viewer', 'operator', 'budget-owner', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Whether a text is a {@link Role}. */
export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

/** Who asks. */
export interface Principal {
  /** What the audit has: the token's `sub`. One and the same for a person, however often he signs in. */
  readonly id: string;
  /** For people to read. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** A person signed in. A program with a shared token did not, so it can neither submit nor approve. */
  readonly isPerson: boolean;
}

/** What a route asks for: `open` to everybody, `reading` for any role (or everybody, where reading is open), or these roles. */
export type RouteAccess = 'open' | 'reading' | readonly Role[];

/** How {@link mayEnter} decided. */
export type AccessDecision = 'allowed' | 'token-missing' | 'role-missing';

/** Whether somebody may use a route; `principal` is undefined for who came without a token. */
export function mayEnter(
  access: RouteAccess,
  principal: Principal | undefined,
  options: { readonly openReading: boolean },
): AccessDecision {
  if (access === 'open') return 'allowed';
  if (access === 'reading' && options.openReading) return 'allowed';
  if (principal === undefined) return 'token-missing';
  const wanted: readonly Role[] = access === 'reading' ? ROLES : access;
  return principal.roles.some((role) => wanted.includes(role)) ? 'allowed' : 'role-missing';
}
