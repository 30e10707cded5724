import { ReferenceFeed, readReferenceFile, referenceEntryToWire, referenceKey } from '#libs/application';

/** A record of the reference topic. */
export interface ReferenceRecord {
  readonly key: string;
  readonly value: string;
}

/** Reference data in YAML as records of their topic; throws with its faults. */
export function referenceRecordsOf(yaml: string): ReferenceRecord[] {
  const file = readReferenceFile(yaml);
  if (!file.ok) throw new Error(JSON.stringify(file));
  return file.entries.map((entry) => ({ key: referenceKey(entry), value: referenceEntryToWire(entry) }));
}

/** The same records as the stages see them; throws where one cannot be read. */
export function referenceFeedOf(records: readonly ReferenceRecord[]): ReferenceFeed {
  const feed = new ReferenceFeed((key, problem) => {
    throw new Error(`${key}: ${problem}`);
  });
  feed.take(records.map(({ key, value }) => ({ key: Buffer.from(key), value: Buffer.from(value) })));
  return feed;
}
