/**
 * Partitions of a stage in fixed sets. What a set does goes into one transaction, as a transaction takes the same five round
 * trips for one partition as for four; and a set has one lock, so its partitions are always one process's.
 *
 * The sets follow from the number of partitions alone. Were they a setting, two processes that disagree on it could hold one
 * partition under two locks.
 */

/** More would gain little more, and make it harder to share them out evenly. */
const MOST_PARTITIONS = 4;
/** So that two processes find something to do where there are few partitions. */
const LEAST_SETS = 2;

/** Into how many sets so many partitions go. */
export function setCount(partitions: number): number {
  return Math.max(Math.min(LEAST_SETS, partitions), Math.ceil(partitions / MOST_PARTITIONS));
}

/** The set of a partition, from 0, where there are so many `sets`. */
export function setOf(partition: number, sets: number): number {
  return partition % sets;
}

/** Partition numbers of a set, where there are so many `partitions`. */
export function partitionsIn(set: number, partitions: number): number[] {
  const sets = setCount(partitions);
  return Array.from({ length: partitions }, (_, partition) => partition).filter(
    (partition) => setOf(partition, sets) === set,
  );
}
