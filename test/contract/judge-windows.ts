import { BASE_MS, MAIN_END_MS, MINUTE_MS } from './scenario.js';
import { decimal, Ledger, type Content, type Recount } from './recount.js';
import { json, type Read } from './outside.js';

/** A window as it was published. */
export interface Window extends Record<string, unknown> {
  readonly scope: string;
  readonly id: string;
  readonly window: string;
  readonly start: string;
  readonly end: string;
  readonly revision: number;
}

const STEPS: Readonly<Record<string, number>> = {
  '5m': 10_000,
  '1h': MINUTE_MS,
  '24h': 15 * MINUTE_MS,
  month: MINUTE_MS,
};
const SIZES: Readonly<Record<string, number>> = { '5m': 5 * MINUTE_MS, '1h': 60 * MINUTE_MS, '24h': 1440 * MINUTE_MS };
/** 1 November in Shanghai. */
const MONTH_START_MS = Date.UTC(2026, 9, 31, 16);
/** Corrections and late records come behind this watermark; their windows may be published again. */
const RESTATED_TO_MS = MAIN_END_MS;
const GRACE_MS = 10 * MINUTE_MS;

/** Faults of form: keys, spans, revisions, order. Empty when all is well. */
export function formFaults(records: readonly Read[]): string[] {
  const faults: string[] = [];
  const revisions = new Map<string, number>();
  const lastEnds = new Map<string, string>();
  for (const record of records) {
    const window = json<Window>(record);
    const { scope, id, window: name, start, end, revision } = window;
    const key = `${scope}:${id.replaceAll('%', '%25').replaceAll(':', '%3A')}:${name}`;
    const where = `${key} ${end} revision ${String(revision)}`;
    if (record.key !== key) faults.push(`${where} has the key ${String(record.key)}`);
    const [startMs, endMs, stepMs = NaN] = [Date.parse(start), Date.parse(end), STEPS[name]];
    if (endMs % stepMs !== 0) faults.push(`${where} does not end at a multiple of its step`);
    if (startMs !== (name === 'month' ? MONTH_START_MS : endMs - (SIZES[name] ?? NaN)))
      faults.push(`${where} starts at ${start}`);
    const place = `${key} ${end}`;
    // A window that said nothing new was not published; what came late may make one of it, as its first restatement.
    const first = endMs > RESTATED_TO_MS - 60 * MINUTE_MS && endMs <= RESTATED_TO_MS ? [0, 1] : [0];
    const before = revisions.get(place);
    if (before === undefined ? !first.includes(revision) : revision !== before + 1)
      faults.push(`${where} does not follow its last revision`);
    revisions.set(place, revision);
    if (revision === 0 && end <= (lastEnds.get(key) ?? ''))
      faults.push(`${where} came after ${String(lastEnds.get(key))}`);
    if (revision === 0) lastEnds.set(key, end);
  }
  return faults;
}

/**
 * Compares what a reader knows of every scope at every step, the last value carried forward, with the recount; and wants no
 * window that says what the one before it said. `others`: without some of what came beyond the grace.
 */
export function contentFaults(
  records: readonly Read[],
  after: Recount,
  others: readonly Recount[],
  untilMs: number,
): string[] {
  const published = new Map<string, Map<number, Window>>();
  for (const record of records) {
    const window = json<Window>(record);
    const key = `${window.scope}:${window.id}:${window.window}`;
    const ends = published.get(key) ?? new Map<number, Window>();
    published.set(key, ends.set(Date.parse(window.end), window));
  }
  const faults: string[] = [];
  for (const key of published.keys())
    if (!after.ledgers.has(key.slice(0, key.lastIndexOf(':')))) faults.push(`nobody knows ${key}`);
  for (const [key, ledger] of after.ledgers)
    for (const name of Object.keys(STEPS)) {
      const ends = published.get(`${key}:${name}`) ?? new Map<number, Window>();
      faults.push(
        ...seriesFaults(
          `${key}:${name}`,
          name,
          ends,
          ledger,
          others.map(({ ledgers }) => ledgers.get(key) ?? new Ledger()),
          untilMs,
        ),
      );
    }
  return faults;
}

function seriesFaults(
  key: string,
  name: string,
  ends: ReadonlyMap<number, Window>,
  ledger: Ledger,
  others: readonly Ledger[],
  untilMs: number,
): string[] {
  const faults: string[] = [];
  const stepMs = STEPS[name] ?? NaN;
  const contentAt = (of: Ledger, endMs: number): string => {
    const startMs = name === 'month' ? MONTH_START_MS : endMs - (SIZES[name] ?? NaN);
    return textOf(of.content(startMs, endMs, name === 'month'));
  };
  let known = EMPTY;
  let last = EMPTY;
  for (let endMs = Math.floor((BASE_MS - 5 * MINUTE_MS) / stepMs) * stepMs; endMs <= untilMs; endMs += stepMs) {
    const window = ends.get(endMs);
    if (window) known = textOf(window);
    // A minute's share of a bill stands at its end.
    if (ledger.byTheMinute && endMs % MINUTE_MS !== 0) continue;
    const expected = contentAt(ledger, endMs);
    // What came beyond the grace is in the next month to date, and restates none.
    const keptToMs = name === 'month' ? RESTATED_TO_MS : RESTATED_TO_MS - GRACE_MS;
    const isKnown =
      known === expected || (endMs <= keptToMs && others.some((other) => contentAt(other, endMs) === known));
    if (!isKnown) faults.push(`${key} ${new Date(endMs).toISOString()}\n  is   ${known}\n  not  ${expected}`);
    if (window?.revision === 0 && endMs > RESTATED_TO_MS && !ledger.byTheMinute && expected === last)
      faults.push(`${key} ${window.end} says nothing new`);
    last = expected;
    if (faults.length > 3) break;
  }
  return faults;
}

const AMOUNTS = new Set(['amount', 'overtimeAmount']);
const COUNTS = [
  ...['interactions', 'handledByAgents', 'automated', 'resolved', 'handleSeconds', 'complaints', 'csatSum'],
  ...['csatCount', 'repetitiveByAgents', 'errors'],
];

/** One spelling for both sides. */
function textOf(content: Content): string {
  const breakdown = (content['breakdown'] ?? {}) as Record<string, string>;
  const dimensions = Object.keys(breakdown).sort();
  const parts = [
    ...[...AMOUNTS].map((name) => `${name} ${sixDigits((content[name] as string | undefined) ?? '0')}`),
    ...dimensions.map((name) => `${name} ${sixDigits(breakdown[name] ?? '')}`),
    ...COUNTS.flatMap((name) =>
      Number(content[name] ?? 0) === 0 ? [] : [`${name} ${String(Math.round(Number(content[name]) * 1e6) / 1e6)}`],
    ),
  ];
  return parts.join(', ');
}

const EMPTY = textOf({ amount: '0', overtimeAmount: '0' });

/** A decimal with six digits behind the point. */
export function sixDigits(text: string): string {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const micros = BigInt(whole + fraction.padEnd(6, '0'));
  return decimal(text.startsWith('-') ? -micros : micros);
}
