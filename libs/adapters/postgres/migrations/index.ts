import { Reference1763900000000 } from './1763900000000-reference.js';
import { Ledger1763900000001 } from './1763900000001-ledger.js';

/** All migrations, oldest first. One that has been released is never changed; what follows is a new one. */
export const MIGRATIONS = [Reference1763900000000, Ledger1763900000001] as const;
