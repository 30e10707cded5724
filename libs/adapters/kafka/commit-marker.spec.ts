import {
  decodeMarker,
  encodeMarker,
  offsetMetadata,
  startingPoint,
  type CommitMarker,
  type CommittedOffset,
} from './commit-marker.js';
import { UnrecoverableError } from './errors.js';

const WHERE = { group: 'monitor-cost', changelog: 'spendline.cost-state', partition: 3, formats: [2] };
const MARKER: CommitMarker = {
  sequence: 7,
  group: WHERE.group,
  format: 2,
  offsets: { interactions: 100n, feedback: 5n },
};

function committed(...entries: ['interactions' | 'feedback' | 'revenue', bigint, string | null][]) {
  return new Map(entries.map(([topic, offset, metadata]) => [topic, { offset, metadata } satisfies CommittedOffset]));
}

const AT_7 = committed(['interactions', 100n, offsetMetadata(7)], ['feedback', 5n, offsetMetadata(7)]);

describe('the commit marker', () => {
  it('reads back as it was written, beyond what a number holds', () => {
    const marker = { ...MARKER, offsets: { interactions: 9_007_199_254_740_993n } };
    expect(decodeMarker(Buffer.from(encodeMarker(marker)))).toEqual(marker);
  });

  it('is of format 1 where it does not say', () => {
    expect(decodeMarker(Buffer.from('{"sequence":1,"group":"g","offsets":{}}')).format).toBe(1);
  });

  it.each([
    '',
    'null',
    '{}',
    '{"sequence":-1,"group":"g","offsets":{}}',
    '{"sequence":1,"group":"g","offsets":{"a":"-2"}}',
    '{"sequence":1,"group":"g","format":"2","offsets":{}}',
  ])('refuses %s', (text) => {
    expect(() => decodeMarker(Buffer.from(text))).toThrow(UnrecoverableError);
  });
});

describe('startingPoint', () => {
  it('starts at the beginning when there is nothing yet', () => {
    expect(startingPoint(committed(), undefined, WHERE)).toEqual({ sequence: 0, offsets: new Map() });
  });

  it('goes on where state and offsets agree', () => {
    const start = startingPoint(AT_7, MARKER, WHERE);
    expect(start).toEqual({
      sequence: 7,
      offsets: new Map([
        ['interactions', 100n],
        ['feedback', 5n],
      ]),
    });
  });

  it('takes offsets that Kafka has forgotten from the state', () => {
    expect(startingPoint(committed(), MARKER, WHERE).offsets.get('interactions')).toBe(100n);
  });

  it('starts where an operator has put the offsets, with empty state', () => {
    const start = startingPoint(committed(['interactions', 40n, null]), undefined, WHERE);
    expect(start).toEqual({ sequence: 0, offsets: new Map([['interactions', 40n]]) });
  });

  it.each([
    ['state that is gone', AT_7, undefined],
    ['state older than the offsets', AT_7, { ...MARKER, sequence: 6 }],
    ['offsets that were moved', committed(['interactions', 90n, null], ['feedback', 5n, offsetMetadata(7)]), MARKER],
    ['an offset of an input that the state does not know', committed(['revenue', 1n, offsetMetadata(7)]), MARKER],
    ["another group's state", committed(), { ...MARKER, group: 'other' }],
  ])('refuses %s', (_, offsets, marker) => {
    expect(() => startingPoint(offsets, marker, WHERE)).toThrow(UnrecoverableError);
  });

  it('goes on from state of each format that is read', () => {
    const start = startingPoint(AT_7, { ...MARKER, format: 1 }, { ...WHERE, formats: [1, 2] });
    expect(start.sequence).toBe(7);
  });

  it.each([1, 3])('says what to do about state of format %i', (format) => {
    const refused = () => startingPoint(AT_7, { ...MARKER, format }, WHERE);
    expect(refused).toThrow(UnrecoverableError);
    expect(refused).toThrow(
      new RegExp(
        `^partition 3 of spendline.cost-state holds state of format ${String(format)}, .* format 2\\..*spendline rebuild.*kept`,
      ),
    );
    expect(refused).not.toThrow(/\n/);
  });

  it('is what holds where the offsets are just one commit behind it', () => {
    const cases = [
      committed(['interactions', 90n, offsetMetadata(6)], ['feedback', 5n, offsetMetadata(6)]),
      committed(['interactions', 90n, offsetMetadata(6)], ['feedback', 5n, offsetMetadata(7)]),
    ];
    for (const offsets of cases) {
      const start = { sequence: 7, offsets: new Map(Object.entries(MARKER.offsets)) };
      expect(() => startingPoint(offsets, MARKER, WHERE)).toThrow(expect.objectContaining({ start }) as Error);
    }
  });

  it.each([
    ['two behind', committed(['interactions', 90n, offsetMetadata(5)])],
    ['ahead', committed(['interactions', 110n, offsetMetadata(8)])],
    ['behind by its note and ahead by its offset', committed(['interactions', 101n, offsetMetadata(6)])],
    ['set by hand', committed(['interactions', 90n, ''], ['feedback', 5n, offsetMetadata(6)])],
    ['of an input that the state does not know', committed(['revenue', 1n, offsetMetadata(6)])],
  ])('is in contradiction with offsets that are %s', (_, offsets) => {
    expect(() => startingPoint(offsets, MARKER, WHERE)).toThrow(
      expect.objectContaining({ name: 'ContradictionError' }) as Error,
    );
  });
});
