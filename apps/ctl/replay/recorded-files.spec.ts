import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildReference,
  mapRow,
  readMapping,
  readReferenceFile,
  ReplayTally,
  type ReplayRecord,
} from '#libs/application';
import { decodeInput, type CostEvent, type Feedback, type Interaction } from '#libs/contract';
import { parseMicros, type Reference } from '#libs/domain';
import { PipelineDriver } from '../../../libs/testing/pipeline-driver.js';
import { openRows } from './read-rows.js';
import { TECHNION_FILE, technionBatch } from './technion-batch.fixture.js';

const ROOT = join(import.meta.dirname, '../../..');
const PWC_FILE = '../shared/data/pwc/Call-Center-Dataset.csv';
const TELEPHONY_FILE = '../shared/data/telephony/sample_telephony.csv';

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The recorded data is no part of the project: without it these tests say so and pass by. */
function describeWith(file: string, name: string, tests: () => void): void {
  if (existsSync(join(ROOT, file))) describe(name, tests);
  else {
    console.warn(`skipped: ${name}: ${file} is not there`);
    describe.skip(name, () => it('needs its recorded file', () => undefined));
  }
}

interface Replayed {
  readonly records: readonly ReplayRecord[];
  readonly tally: ReplayTally;
}

async function replayed(file: string, mapFile: string): Promise<Replayed> {
  const result = readMapping(textOf(mapFile));
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  const tally = new ReplayTally();
  const records: ReplayRecord[] = [];
  for await (const read of openRows(join(ROOT, file), result.mapping.source, result.mapping.columns).rows) {
    if ('fault' in read) throw new Error(read.fault);
    const outcome = mapRow(result.mapping, read.row);
    tally.add(read.line, outcome);
    if (outcome.kind === 'mapped') records.push(...outcome.records);
  }
  return { records: records.sort((a, b) => a.atMs - b.atMs), tally };
}

function interactionsOf({ records }: Replayed): Interaction[] {
  return records.flatMap(({ topic, value }) => (topic === 'interactions' ? [JSON.parse(value) as Interaction] : []));
}

function linesOf({ tally }: Replayed): Record<string, number> {
  return Object.fromEntries(tally.lines.map(({ fate, reason, rows }) => [`${fate}: ${reason}`, rows]));
}

function sumBy<T>(list: readonly T[], key: (entry: T) => string, value: (entry: T) => bigint): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const entry of list) sums.set(key(entry), (sums.get(key(entry)) ?? 0n) + value(entry));
  return sums;
}

describe('the example mappings', () => {
  it.each(['technion', 'pwc', 'telephony'])('%s is whole', (name) => {
    expect(readMapping(textOf(`deploy/replay/${name}.yaml`))).toMatchObject({ ok: true, mapping: { name } });
  });

  it('have a reference at 180 CNY an agent-hour', () => {
    const { organisation, rateCards } = technionReference();
    expect(organisation).toMatchObject({ currency: 'CNY', zone: 'Asia/Jerusalem' });
    expect(rateCards).toMatchObject([{ for: 'default', kind: 'hourly', amountMicros: 180_000_000n }]);
  });
});

function technionReference(): Reference {
  const result = readReferenceFile(textOf('deploy/replay/technion-reference.yaml'));
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return buildReference(result.entries);
}

describeWith(TECHNION_FILE, 'technion, a real half month', () => {
  let file: Replayed;
  beforeAll(async () => {
    file = await replayed(TECHNION_FILE, 'deploy/replay/technion.yaml');
  });

  it('accounts for every row: sent, or skipped for a reason', () => {
    expect(file.tally).toMatchObject({ rows: 23_668, mapped: 15_890, refused: 0 });
    expect(linesOf(file)).toEqual({
      'skipped: not-answered': 7517,
      'skipped: abandoned-with-service-time': 62,
      'skipped: phantom': 199,
    });
  });

  it('has one id for each contact', () => {
    expect(new Set(interactionsOf(file).map(({ interactionId }) => interactionId)).size).toBe(15_890);
  });

  it('puts services after midnight on the day after, and service times of nothing where the wait ended', () => {
    const byId = new Map(interactionsOf(file).map((contact) => [contact.interactionId, contact]));
    const at = (id: string, field: 'startedAt' | 'answeredAt' | 'endedAt'): string => {
      return new Date(byId.get(id)?.[field] ?? NaN).toISOString();
    };
    // 23:54:40 to 0:04:25 in Israel's summer time.
    expect(at('technion-AA0206-47700', 'startedAt')).toBe('2010-08-02T20:54:40.000Z');
    expect(at('technion-AA0206-47700', 'endedAt')).toBe('2010-08-02T21:04:25.000Z');
    // Queued before midnight, served after it.
    expect(at('technion-AA0204-44059', 'answeredAt')).toBe('2010-08-03T21:02:00.000Z');
    // Zeros for all service times: answered when the queue was left, 8:53:47, or the voice response unit, 10:42:53.
    expect(at('technion-AA0110-37823', 'endedAt')).toBe('2010-08-01T05:53:47.000Z');
    expect(at('technion-AA0203-45225', 'endedAt')).toBe('2010-08-03T07:42:53.000Z');
    const shown = interactionsOf(file).every(({ startedAt, endedAt }) => {
      return Number(endedAt) - Number(startedAt) >= 0 && Number(endedAt) - Number(startedAt) < 6 * 3_600_000;
    });
    expect(shown).toBe(true);
  });

  it('costs by agent and by channel what a batch computation from the file comes to, to the micro', () => {
    const driver = new PipelineDriver({ reference: technionReference(), partitions: 4, nowMs: file.records[0]!.atMs });
    for (let at = 0; at < file.records.length; at += 500) {
      driver.send(...file.records.slice(at, at + 500));
    }
    driver.finish();
    driver.tick();
    driver.tick();
    const batch = technionBatch(textOf(TECHNION_FILE));
    expect(file.tally.rows - file.tally.mapped).toBe(batch.leftOut);
    expect(driver.rejected).toEqual([]);
    expect(driver.unaccounted).toBe(0);
    const events: CostEvent[] = driver.costEvents;
    const micros = ({ amount }: CostEvent): bigint => parseMicros(amount);
    expect(sumBy(events, ({ agentId }) => agentId ?? 'nobody', micros)).toEqual(batch.agentMicros);
    expect(sumBy(events, ({ channel }) => channel ?? 'none', micros)).toEqual(batch.channelMicros);
    expect(
      sumBy(
        events,
        ({ agentId }) => agentId ?? 'nobody',
        () => 1n,
      ),
    ).toEqual(new Map([...batch.contacts].map(([agent, contacts]) => [agent, BigInt(contacts)])));
    expect(monthTotals(driver, 'agent')).toEqual(batch.agentMicros);
    expect(monthTotals(driver, 'channel')).toEqual(batch.channelMicros);
  });
});

/** What the calendar month's windows end with, by id. */
function monthTotals(driver: PipelineDriver, scope: string): Map<string, bigint> {
  const last = new Map<string, { end: string; amount: string }>();
  for (const window of driver.windows) {
    if (window.scope !== scope || window.window !== 'month') continue;
    const known = last.get(window.id);
    if (!known || window.end >= known.end) last.set(window.id, window);
  }
  return new Map([...last].map(([id, { amount }]) => [id, parseMicros(amount)]));
}

describeWith(PWC_FILE, 'pwc', () => {
  it('sends answered calls and their ratings, and skips the others', async () => {
    const file = await replayed(PWC_FILE, 'deploy/replay/pwc.yaml');
    expect(file.tally).toMatchObject({ rows: 5000, mapped: 4054, refused: 0 });
    expect(linesOf(file)).toEqual({ 'skipped: not-answered': 946 });
    expect(Object.fromEntries(file.tally.records)).toEqual({ interactions: 4054, feedback: 4054 });
    const calls = interactionsOf(file);
    expect(calls.filter(({ outcome }) => outcome === 'resolved')).toHaveLength(3646);
    expect(new Set(calls.map(({ agentId }) => agentId)).size).toBe(8);
    // The first row, whose first column has a byte order mark before its name.
    expect(calls.find(({ interactionId }) => interactionId === 'pwc-ID0001')).toMatchObject({
      agentId: 'diane',
      topic: 'contract-related',
      talkSeconds: 143,
      startedAt: Date.UTC(2021, 0, 1, 9, 12, 58),
      endedAt: Date.UTC(2021, 0, 1, 9, 12, 58) + (109 + 143) * 1000,
    });
    const scores = file.records.flatMap(({ topic, value }) => {
      return topic === 'feedback' ? [(JSON.parse(value) as Feedback).score] : [];
    });
    expect(scores.filter((score) => score === 20)).toHaveLength(417);
    expect(scores.filter((score) => score === 100)).toHaveLength(843);
  });
});

describeWith(TELEPHONY_FILE, 'telephony', () => {
  it('sends answered calls, those of one conversation apart, and skips abandoned ones', async () => {
    const file = await replayed(TELEPHONY_FILE, 'deploy/replay/telephony.yaml');
    expect(file.tally).toMatchObject({ rows: 20_000, mapped: 18_989, refused: 0 });
    expect(linesOf(file)).toEqual({ 'skipped: not-answered': 1011 });
    const calls = interactionsOf(file);
    expect(new Set(calls.map(({ interactionId }) => interactionId)).size).toBe(18_989);
    expect(calls.filter(({ contactId }) => contactId === '0187074b-e16d-4a59-8971-42bcbe1a45f7')).toMatchObject([
      { agentId: 'E03', queue: 'sales', talkSeconds: 2892, holdSeconds: 265, afterContactSeconds: 1469 },
      { agentId: 'E01', queue: 'renewals' },
    ]);
    for (const { answeredAt, endedAt, talkSeconds = 0, holdSeconds = 0, afterContactSeconds = 0 } of calls) {
      expect(Number(endedAt) - Number(answeredAt)).toBe((talkSeconds + holdSeconds + afterContactSeconds) * 1000);
    }
    expect(new Set(calls.map(({ agentId }) => agentId))).not.toContain('N/A');
    const [record] = file.records;
    expect(decodeInput('interactions', { key: null, value: Buffer.from(record?.value ?? '') }).ok).toBe(true);
  });
});
