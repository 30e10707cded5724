import fc from 'fast-check';
import { emptyMeasures, ROW_FIELDS, SCOPES, writeRow } from '#libs/domain';
import { prepare } from '../bytes/prepared-bytes.js';
import { putVarint } from '../bytes/put.js';
import {
  FactMemory,
  hashOfId,
  scopeNameBytes,
  type FactName,
  type QuickContact,
  type Remembered,
  type RememberedContact,
} from './fact-memory.js';

const HORIZON = 3_600_000;

function contact(over: Partial<RememberedContact> = {}): RememberedContact {
  return {
    type: 'contact',
    hash: 'h',
    atMs: 0,
    revision: 0,
    calendarOnly: false,
    ids: { channel: 'voice', agent: 'a-1' },
    measures: { ...emptyMeasures(), labour: 16_000_000n, interactions: 1 },
    ...over,
  };
}

function nameOf(scope: 'channel' | 'agent' | 'group', id: string): FactName {
  const scopeBytes = prepare(scopeNameBytes(SCOPES.indexOf(scope), Buffer.from(id)));
  return { scopeBytes, lastSegment: 0, placeThere: 0 };
}

/** {@link contact} as the quick way has it. */
function quick(text: string, scopeNames: readonly FactName[]): QuickContact {
  const id = Buffer.from(text);
  const row = new Float64Array(ROW_FIELDS);
  writeRow(contact().measures, row, 0);
  const putHash = (bytes: Uint8Array, at: number): number => {
    bytes[putVarint(bytes, at, 1)] = 'h'.charCodeAt(0);
    return putVarint(bytes, at, 1) + 1;
  };
  const place = { id, idFrom: 0, idTo: id.length, idHash: hashOfId(id) };
  return { ...place, atMs: 0, updatedAtMs: undefined, scopeNames, scopeCount: scopeNames.length, row, putHash };
}

/** A compacted changelog as Kafka would give it back: the newest value of each key, at its newest place. */
class Changelog {
  private readonly entries = new Map<string, Buffer>();

  take(memory: FactMemory, watermarkMs: number | undefined): void {
    for (const { key, value } of memory.changes(watermarkMs)) {
      this.entries.delete(key);
      if (value !== null) this.entries.set(key, Buffer.from(value));
    }
  }

  restored(): FactMemory {
    const memory = new FactMemory(HORIZON);
    for (const [key, value] of this.entries) memory.restore(key, value);
    return memory;
  }

  get size(): number {
    return this.entries.size;
  }
}

describe('FactMemory', () => {
  it('remembers by kind and id', () => {
    const memory = new FactMemory(HORIZON);
    memory.remember('x', contact());
    memory.remember('y', { type: 'feedback', hash: 'f', atMs: 5 });
    expect(memory.find('contact', 'x', undefined)).toEqual(contact());
    expect(memory.find('feedback', 'y', undefined)).toEqual({ type: 'feedback', hash: 'f', atMs: 5 });
    expect(memory.find('feedback', 'x', undefined)).toBeUndefined();
    expect(memory.find('contact', 'y', undefined)).toBeUndefined();
  });

  it('knows a fact up to the horizon behind the watermark, to the millisecond', () => {
    const memory = new FactMemory(HORIZON);
    memory.remember('x', contact({ atMs: 1_000 }));
    expect(memory.find('contact', 'x', 1_000 + HORIZON)).toBeDefined();
    expect(memory.find('contact', 'x', 1_001 + HORIZON)).toBeUndefined();
  });

  it('restores contacts whole, by way of JSON', () => {
    const kept = [
      contact({ updatedAtMs: 7, revision: 3, calendarOnly: true }),
      contact({ ids: {}, measures: { ...emptyMeasures(), labour: -(10n ** 16n), handleMicroseconds: 1 } }),
    ];
    const memory = new FactMemory(HORIZON);
    for (const [at, each] of kept.entries()) memory.remember(String(at), each);
    const changelog = new Changelog();
    changelog.take(memory, undefined);
    const restored = changelog.restored();
    for (const [at, each] of kept.entries()) expect(restored.find('contact', String(at), undefined)).toEqual(each);
  });

  it('writes one record for what a commit added, and none for a commit that added nothing', () => {
    const memory = new FactMemory(HORIZON);
    for (let at = 0; at < 50; at += 1) memory.remember(String(at), contact());
    expect(memory.changes(0)).toHaveLength(1);
    expect(memory.changes(0)).toEqual([]);
  });

  it('writes a name once into each record', () => {
    const names = [nameOf('channel', 'voice'), nameOf('agent', 'a-1')];
    const memory = new FactMemory(HORIZON);
    for (let commit = 0; commit < 3; commit += 1) {
      for (let at = 0; at < 1_000; at += 1) memory.rememberQuick(quick(`${String(commit)}-${String(at)}`, names), true);
      const [entry] = memory.changes(undefined);
      const value = entry?.value as Buffer;
      expect(value.indexOf('voice')).toBeGreaterThan(0);
      expect(value.indexOf('voice')).toBe(value.lastIndexOf('voice'));
    }
  });

  it('knows the names of every fact, whoever else remembers the same name, before and after a restore', () => {
    const names = [nameOf('channel', 'voice'), nameOf('agent', 'a-1'), nameOf('group', 'g-1')];
    const expected = contact({ ids: { channel: 'voice', agent: 'a-1', groups: ['g-1'] } });
    const memories = [new FactMemory(HORIZON), new FactMemory(HORIZON)];
    const changelogs = [new Changelog(), new Changelog()];
    for (let commit = 0; commit < 3; commit += 1) {
      for (let at = 0; at < 400; at += 1)
        // In turn, and then one of them alone.
        for (const memory of memories.slice(at % 2))
          memory.rememberQuick(quick(`${String(commit)}-${String(at)}`, names), true);
      for (const [index, memory] of memories.entries()) changelogs[index]?.take(memory, undefined);
    }
    for (const memory of [...memories, ...changelogs.map((changelog) => changelog.restored())]) {
      const known = [...memory.contacts(undefined)];
      expect(known.length).toBeGreaterThanOrEqual(600);
      for (const each of known) expect(each).toEqual(expected);
    }
  });

  it('cuts a large commit into records that Kafka takes', () => {
    const memory = new FactMemory(HORIZON);
    const long = 'x'.repeat(120);
    for (let at = 0; at < 2_500; at += 1) {
      memory.remember(`${long}${String(at)}`, contact({ hash: long, ids: { agent: long, team: long, queue: long } }));
    }
    const entries = memory.changes(undefined);
    expect(new Set(entries.map(({ key }) => key)).size).toBe(3);
    for (const { value } of entries) expect(Buffer.byteLength(value ?? '')).toBeLessThan(1_000_000);
  });

  it('forgets what is older than the horizon, in its changelog too', () => {
    const memory = new FactMemory(HORIZON);
    const changelog = new Changelog();
    for (let minute = 0; minute < 300; minute += 1) {
      memory.remember(`c-${String(minute)}`, contact({ atMs: minute * 60_000 }));
      changelog.take(memory, minute * 60_000);
    }
    expect(memory.size).toBe(61);
    expect(changelog.size).toBe(61);
    expect(changelog.restored().size).toBe(61);
  });

  it('leaves entries that are not its own to others', () => {
    const memory = new FactMemory(HORIZON);
    expect(memory.restore('bill/1', Buffer.from('h'))).toBe(false);
    expect(memory.restore('seen/0', null)).toBe(true);
    expect(memory.size).toBe(0);
  });

  it('finds the same after a restore at any point as if it had never stopped', () => {
    const steps = fc.array(
      fc.record({
        facts: fc.array(
          fc.record({
            id: fc.constantFrom('p', 'q', 'r', 's', 't'),
            type: fc.constantFrom('contact', 'feedback'),
            backMs: fc.nat({ max: 2 * HORIZON }),
          }),
          { maxLength: 4 },
        ),
        gapMs: fc.nat({ max: HORIZON }),
        restart: fc.boolean(),
      } as const),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const live = new FactMemory(HORIZON);
        let often = new FactMemory(HORIZON);
        const changelogs = [new Changelog(), new Changelog()] as const;
        const newest = new Map<string, Remembered>();
        let watermarkMs = 10 * HORIZON;
        let serial = 0;
        for (const { facts, gapMs, restart } of all) {
          for (const { id, type, backMs } of facts) {
            serial += 1;
            const atMs = watermarkMs - backMs + 60_000;
            const fact: Remembered =
              type === 'contact' ? contact({ hash: String(serial), atMs }) : { type, hash: String(serial), atMs };
            live.remember(id, fact);
            often.remember(id, fact);
            newest.set(type + id, fact);
          }
          watermarkMs += gapMs;
          changelogs[0].take(live, watermarkMs);
          changelogs[1].take(often, watermarkMs);
          if (restart) often = changelogs[1].restored();
          for (const type of ['contact', 'feedback'] as const) {
            for (const id of ['p', 'q', 'r', 's', 't']) {
              const fact = newest.get(type + id);
              const expected = fact && fact.atMs >= watermarkMs - HORIZON ? fact : undefined;
              expect(live.find(type, id, watermarkMs)).toEqual(expected);
              expect(often.find(type, id, watermarkMs)).toEqual(expected);
            }
          }
        }
      }),
    );
  });
});
