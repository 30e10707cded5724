import type { Role } from './roles.js';

/** Somebody whom the local issuer of `npm start` knows. */
export interface DemoPerson {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

/** One for each role, and Wei, who shows that nobody approves what he submitted although he may do both. */
export const DEMO_PEOPLE: readonly DemoPerson[] = [
  { id: 'mei', name: 'Mei Lin', roles: ['viewer'] },
  { id: 'omar', name: 'Omar Haddad', roles: ['operator'] },
  { id: 'bella', name: 'Bella Ortiz', roles: ['budget-owner'] },
  { id: 'anton', name: 'Anton Weber', roles: ['approver'] },
  { id: 'wei', name: 'Wei Chen', roles: ['budget-owner', 'approver'] },
  { id: 'ada', name: 'Ada Novak', roles: ['admin'] },
];
