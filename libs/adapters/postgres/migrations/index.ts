import { Reference1763900000000 } from './1763900000000-reference.js';
import { Ledger1763900000001 } from './1763900000001-ledger.js';
import { Decisions1764300000000 } from './1764300000000-decisions.js';
import { LedgerClusters1764330000000 } from './1764330000000-ledger-clusters.js';
import { Snoozes1764340000000 } from './1764340000000-snoozes.js';
import { AgentGroups1764350000000 } from './1764350000000-agent-groups.js';
import { Initiatives1764360000000 } from './1764360000000-initiatives.js';

/** All migrations, oldest first. One that has been released is never changed; what follows is a new one. */
export const MIGRATIONS = [
  Reference1763900000000,
  Ledger1763900000001,
  Decisions1764300000000,
  LedgerClusters1764330000000,
  Snoozes1764340000000,
  AgentGroups1764350000000,
  Initiatives1764360000000,
] as const;
