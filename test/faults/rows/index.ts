import type { Row } from '../row.js';
import { brokerRestart, leaderMoves, rollingKills } from './brokers.js';
import { badInput, disorder, foreignCluster, hungTransaction, lostOffset } from './inputs.js';
import { busyOwner, crash, lateCommit, slowBatch, storm, zombie } from './instances.js';
import { diskFull, postgresOutage } from './servers.js';

/** The failure matrix; rows on the same brokers stand together. */
export const ROWS: readonly Row[] = [
  ...[crash, zombie, lateCommit, slowBatch, busyOwner, storm],
  ...[badInput, disorder, hungTransaction, lostOffset, postgresOutage, brokerRestart, foreignCluster],
  ...[rollingKills, leaderMoves, diskFull],
];
