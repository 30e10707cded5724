import { ReferenceFeed, readReferenceFile, referenceEntryToWire, referenceKey } from '#libs/application';

const REFERENCE = `
organisation: { name: Bench, zone: Asia/Shanghai, currency: CNY }
rateCards:
  - { rateId: labour, for: default, kind: hourly, amount: 120, currency: CNY }
  - { rateId: line, for: channel, id: voice, kind: per-minute, amount: 0.06, currency: CNY }
`;

/** Records of the reference topic: one hourly rate for all, one price for a minute of voice. */
export function benchReferenceRecords(): { key: string; value: string }[] {
  const file = readReferenceFile(REFERENCE);
  if (!file.ok) throw new Error(JSON.stringify(file));
  return file.entries.map((entry) => ({ key: referenceKey(entry), value: referenceEntryToWire(entry) }));
}

/** The same as the stages see it. */
export function benchReference(): ReferenceFeed {
  const feed = new ReferenceFeed((key, problem) => {
    throw new Error(`${key}: ${problem}`);
  });
  feed.take(benchReferenceRecords().map(({ key, value }) => ({ key: Buffer.from(key), value: Buffer.from(value) })));
  return feed;
}
