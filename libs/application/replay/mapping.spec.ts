import { mapRow, type RowOutcome } from './map-row.js';
import { readMapping, type Mapping } from './mapping.js';
import { ReplayTally } from './tally.js';

const GOOD = `
name: calls
format: csv
zone: Asia/Shanghai
skip:
  - { reason: test-call, when: { equals: [{ column: kind }, test] } }
values:
  endedAt: { time: { of: { column: ended }, format: yyyy-MM-dd HH:mm } }
records:
  - topic: interactions
    fields:
      interactionId: { concat: [x-, { column: id }] }
      channel: voice
      handledBy: agent
      agentId: { column: agent }
      startedAt: { value: endedAt }
      endedAt: { value: endedAt }
      talkSeconds: { number: { column: talk } }
      outcome: resolved
  - topic: feedback
    when: { present: { column: stars } }
    fields:
      feedbackId: { concat: [x-, { column: id }, -csat] }
      kind: csat
      score: { number: { column: stars } }
      agentId: { column: agent }
      at: { value: endedAt }
`;

function mappingOf(text: string): Mapping {
  const result = readMapping(text);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.mapping;
}

const mapping = mappingOf(GOOD);
const ROW = { id: '1', kind: 'real', agent: 'A7', ended: '2026-03-04 10:00', talk: '60', stars: '80' };

function faultsOf(text: string): string[] {
  const result = readMapping(text);
  return result.ok ? [] : result.faults.map(({ path, message }) => `${path}: ${message}`);
}

describe('a mapping', () => {
  it('makes the records of a row, with key and event time by the contract', () => {
    const outcome = mapRow(mapping, ROW);
    expect(outcome).toMatchObject({ kind: 'mapped' });
    const records = outcome.kind === 'mapped' ? outcome.records : [];
    expect(records.map(({ topic, key, atMs }) => ({ topic, key, atMs }))).toEqual([
      { topic: 'interactions', key: 'A7', atMs: Date.UTC(2026, 2, 4, 2) },
      { topic: 'feedback', key: 'A7', atMs: Date.UTC(2026, 2, 4, 2) },
    ]);
    expect(JSON.parse(records[0]?.value ?? '')).toMatchObject({ interactionId: 'x-1', agentId: 'A7', talkSeconds: 60 });
  });

  it('makes a record only when it should', () => {
    const outcome = mapRow(mapping, { ...ROW, stars: '' });
    expect(outcome.kind === 'mapped' && outcome.records.map(({ topic }) => topic)).toEqual(['interactions']);
  });

  it('skips by its rules, before anything can be wrong with the row', () => {
    expect(mapRow(mapping, { kind: 'test', ended: 'never' })).toEqual({ kind: 'skipped', reason: 'test-call' });
  });

  it.each<[string, Partial<typeof ROW>, string]>([
    ['a time that is none', { ended: 'yesterday' }, 'unreadable-time'],
    ['a number that is none', { talk: 'long' }, 'unreadable-number'],
    ['a payload that breaks the schema', { agent: '' }, 'schema'],
    ['a score out of range', { stars: '120' }, 'schema'],
  ])('refuses %s', (_, change, reason) => {
    expect(mapRow(mapping, { ...ROW, ...change })).toMatchObject({ kind: 'refused', reason });
  });

  it('knows the columns that it reads', () => {
    expect(mapping.columns.toSorted()).toEqual(['agent', 'ended', 'id', 'kind', 'stars', 'talk']);
  });

  it('tells every fault at once, each with its place', () => {
    const faults = faultsOf(`
name: Two Words
format: xml
zone: Mars/Olympus
skip:
  - { reason: phantom }
values:
  early: { value: late }
  late: { time: { of: { column: x }, format: YYYY } }
records:
  - topic: interactions
    fields:
      agentID: { column: agent }
      endedAt: { tiem: { column: x } }
      startedAt: { value: nowhere }
  - topic: nothing
    fields: {}
more: 1
`);
    const places = faults.map((fault) => fault.slice(0, fault.indexOf(': ')));
    expect(places.toSorted()).toEqual(
      [
        '',
        'format',
        'name',
        'records[0].fields.agentID',
        'records[0].fields.endedAt',
        'records[0].fields.startedAt.value',
        'records[1].topic',
        'skip[0].when',
        'values.early.value',
        'values.late.time.format',
        'zone',
      ].toSorted(),
    );
  });

  it('names the line of a fault', () => {
    const result = readMapping(
      'name: x\nformat: csv\nrecords:\n  - topic: revenue\n    fields:\n      amount: { sum: 1 }\n',
    );
    expect(result.ok ? [] : result.faults).toMatchObject([{ path: 'records[0].fields.amount', line: 6 }]);
  });

  it('says what is no YAML', () => {
    expect(faultsOf('name: [')).toHaveLength(1);
    expect(faultsOf('').length).toBeGreaterThan(0);
  });
});

describe('the tally of a replay', () => {
  it('accounts for every row', () => {
    const tally = new ReplayTally();
    const rows = [
      ROW,
      { ...ROW, kind: 'test' },
      { ...ROW, ended: 'x' },
      { ...ROW, ended: 'y' },
      ROW,
      { ...ROW, talk: 'z' },
    ];
    const outcomes = rows.map((row): RowOutcome => mapRow(mapping, row));
    outcomes.forEach((outcome, at) => tally.add(at + 2, outcome));
    expect(tally).toMatchObject({ rows: 6, mapped: 2, refused: 3 });
    expect(Object.fromEntries(tally.records)).toEqual({ interactions: 2, feedback: 2 });
    expect(tally.lines.map(({ fate, reason, rows: count }) => [fate, reason, count])).toEqual([
      ['skipped', 'test-call', 1],
      ['refused', 'unreadable-time', 2],
      ['refused', 'unreadable-number', 1],
    ]);
    expect(tally.lines[1]?.examples[0]?.line).toBe(4);
    expect(tally.mapped + tally.lines.reduce((sum, line) => sum + line.rows, 0)).toBe(tally.rows);
  });
});
