import { z } from 'zod';
import type { TopicKey } from '#libs/contract';
import { ContradictionError, UnrecoverableError } from './errors.js';

/** Changelog key of the marker; no stage may use it. */
export const MARKER_KEY = '~meta';

const METADATA = /^spendline:(\d+)$/;

/**
 * Written to the changelog with every commit. Its sequence also stands in the metadata of the committed offsets, so
 * that state and offsets can be told to belong together when a task is taken over.
 */
export interface CommitMarker {
  /** Commits of this task so far. */
  readonly sequence: number;
  readonly group: string;
  /** Format of the state's entries, as the stage's definition numbers it; a marker of before there were numbers is of 1. */
  readonly format: number;
  /** Next offset of each input. */
  readonly offsets: Readonly<Partial<Record<TopicKey, bigint>>>;
}

/** An offset as the group has it. */
export interface CommittedOffset {
  readonly offset: bigint;
  readonly metadata: string | null;
}

/** Committed offsets by input; an input without one is left out. */
export type CommittedOffsets = ReadonlyMap<TopicKey, CommittedOffset>;

const SCHEMA = z.object({
  sequence: z.int().nonnegative(),
  group: z.string(),
  format: z.int().positive().default(1),
  offsets: z.record(z.string(), z.string().regex(/^\d+$/)),
});

/** The marker as a changelog value. */
export function encodeMarker({ sequence, group, format, offsets }: CommitMarker): string {
  const texts = Object.fromEntries(Object.entries(offsets).map(([topic, offset]) => [topic, offset.toString()]));
  return JSON.stringify({ sequence, group, format, offsets: texts });
}

/** Reads a changelog value; throws an {@link UnrecoverableError} when it is none of ours. */
export function decodeMarker(value: Buffer): CommitMarker {
  try {
    const { sequence, group, format, offsets } = SCHEMA.parse(JSON.parse(value.toString()));
    const entries = Object.entries(offsets).map(([topic, offset]) => [topic, BigInt(offset)]);
    return { sequence, group, format, offsets: Object.fromEntries(entries) as CommitMarker['offsets'] };
  } catch (error) {
    throw new UnrecoverableError(`The changelog's entry ${MARKER_KEY} cannot be read; is the topic Spendline's own?`, {
      cause: error,
    });
  }
}

/** The note beside a committed offset. */
export function offsetMetadata(sequence: number): string {
  return `spendline:${sequence}`;
}

/** Number of the commit that these offsets are of, the last one if they differ; undefined where none is of ours. */
export function lastSequence(committed: CommittedOffsets): number | undefined {
  const sequences = [...committed.values()].flatMap(({ metadata }) => {
    const [, digits] = METADATA.exec(metadata ?? '') ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
  return sequences.length === 0 ? undefined : Math.max(...sequences);
}

/** Where a task starts from. */
export interface StartingPoint {
  readonly sequence: number;
  /** Inputs without an entry start at the beginning of their log. */
  readonly offsets: ReadonlyMap<TopicKey, bigint>;
}

/**
 * The group is one commit behind the state, by our own note: the last commit's offsets were lost on their way, the rest
 * of it was not. A commit is decided as a whole, so the state and the offsets in it are what holds. Seen with brokers
 * that were killed between a decision and its markers (see hung-transaction.ts).
 */
export class OffsetsBehindError extends ContradictionError {
  override readonly name = 'OffsetsBehindError';

  constructor(
    message: string,
    /** Where the state itself says to go on. */
    readonly start: StartingPoint,
  ) {
    super(message);
  }
}

/**
 * Brings the group's offsets and the changelog's marker together. They are written in one transaction, so they agree
 * unless something outside changed one of them. Offsets that are gone (Kafka forgets those of a group that is idle for
 * a week) are taken from the marker. Throws a {@link ContradictionError} where they disagree, an {@link OffsetsBehindError}
 * where the offsets are just one commit behind, and an {@link UnrecoverableError} where
 * the state is another group's or of a format that is not among those that are read.
 */
export function startingPoint(
  committed: CommittedOffsets,
  marker: CommitMarker | undefined,
  where: {
    readonly group: string;
    readonly changelog: string;
    readonly partition: number;
    readonly formats: readonly number[];
  },
): StartingPoint {
  const place = `partition ${where.partition} of ${where.changelog}`;
  const wipe = `To compute the state anew from the inputs, stop all monitors and run \`npx spendline rebuild\`.`;
  if (!marker) {
    const [ours] = [...committed].filter(([, { metadata }]) => METADATA.test(metadata ?? ''));
    if (ours) {
      const [topic, { offset, metadata }] = ours;
      throw new ContradictionError(
        `The state is gone: group ${where.group} has committed offset ${offset} of ${topic} (${metadata ?? ''}), but ${place} holds no state. ${wipe}`,
      );
    }
    // Offsets without our note were set by an operator: the place to start from, with empty state.
    return { sequence: 0, offsets: new Map([...committed].map(([topic, { offset }]) => [topic, offset])) };
  }
  if (marker.group !== where.group) {
    throw new UnrecoverableError(
      `${place} holds the state of group ${marker.group}, not of ${where.group}: two groups cannot share a changelog. Use another topic prefix.`,
    );
  }
  if (!where.formats.includes(marker.format)) {
    const [found, known] = [String(marker.format), where.formats.join(' and ')];
    throw new UnrecoverableError(
      `${place} holds state of format ${found}, and this version reads format ${known}. Nothing was changed. Go back to the version that wrote it, or stop all monitors and run \`npx spendline rebuild\` (\`npm start -- --rebuild\` where that runs Kafka): it computes the state anew from the inputs as far back as they are kept; decisions and the ledger in Postgres are kept.`,
    );
  }
  const start = { sequence: marker.sequence, offsets: new Map(Object.entries(marker.offsets) as [TopicKey, bigint][]) };
  for (const [topic, { offset, metadata }] of committed) {
    const expected = marker.offsets[topic];
    const same = offset === expected && metadata === offsetMetadata(marker.sequence);
    if (!same) {
      const problem = `State and offsets do not belong together: ${place} is at commit ${marker.sequence} and offset ${expected ?? 'none'} of ${topic}, but group ${where.group} at ${metadata ?? 'no commit'} and offset ${offset}. Was one of them reset? ${wipe}`;
      throw isOneBehind(committed, marker) ? new OffsetsBehindError(problem, start) : new ContradictionError(problem);
    }
  }
  return start;
}

/** Every offset is of the last commit or, unmoved beyond it, of the one before. */
function isOneBehind(committed: CommittedOffsets, { sequence, offsets }: CommitMarker): boolean {
  const last = offsetMetadata(sequence);
  const before = offsetMetadata(sequence - 1);
  return [...committed].every(([topic, { offset, metadata }]) => {
    const expected = offsets[topic];
    if (expected === undefined) return false;
    return metadata === last ? offset === expected : metadata === before && offset <= expected;
  });
}
