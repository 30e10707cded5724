import { RateBook, type Reference } from '#libs/domain';
import type { ReferenceSource, ReferenceView } from './stage-options.js';
import { buildReference, parseReferenceKey, referenceEntryFromWire, type ReferenceEntry } from '../reference/index.js';

/** A record of the reference topic. */
export interface ReferenceRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/**
 * Reference data as the compacted topic gives it: fed record by record, rebuilt once for a batch. What cannot be read is
 * left out and reported, so that one bad entry does not stop the costing of everything else.
 */
export class ReferenceFeed implements ReferenceSource {
  private readonly entries = new Map<string, ReferenceEntry>();
  private view: ReferenceView;

  /** `onFault` hears of entries that cannot be read. */
  constructor(private readonly onFault: (key: string, problem: string) => void) {
    this.view = viewOf(buildReference([]));
  }

  current(): ReferenceView {
    return this.view;
  }

  /** How many entries are known. */
  get size(): number {
    return this.entries.size;
  }

  take(records: readonly ReferenceRecord[]): void {
    for (const record of records) this.takeOne(record);
    this.view = viewOf(buildReference(this.entries.values()));
  }

  private takeOne({ key, value }: ReferenceRecord): void {
    const name = key?.toString('utf8') ?? '';
    if (value === null) {
      this.entries.delete(name);
      return;
    }
    const parsed = parseReferenceKey(name);
    const result = parsed && referenceEntryFromWire(parsed.kind, value.toString('utf8'));
    if (result?.ok) this.entries.set(name, result.entry);
    else this.onFault(name, result ? result.detail : 'no such kind of entry');
  }
}

function viewOf(reference: Reference): ReferenceView {
  return { reference, rateBook: new RateBook(reference) };
}
