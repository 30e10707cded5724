import { json, type Read } from './outside.js';
import { sixDigits } from './judge-windows.js';

/** A signal as it was published. */
export interface Signal {
  readonly signalKey: string;
  readonly episodeId: string;
  readonly sequence: number;
  readonly status: 'firing' | 'resolved';
  readonly severity: string;
  readonly previousSeverity?: string;
  readonly rule: { readonly id: string; readonly kind: string };
  readonly scope: string;
  readonly id: string;
  readonly startedAt: string;
  readonly observedAt: string;
  readonly resolvedAt?: string;
  readonly contributors?: readonly { readonly amount: string; readonly share: number }[];
  readonly variance?: Readonly<Record<'total' | 'volume' | 'mix' | 'efficiency' | 'rate', string>>;
  readonly cause: string;
}

const MINUTE_MS = 60_000;
/** Kinds that are judged against a plan or a baseline. */
const AGAINST_PLAN = new Set(['burn-rate', 'budget-threshold', 'budget-forecast', 'anomaly', 'promotion-overspend']);

/** What the contract says of every signal and of the course of an episode. Empty when all is well. */
export function signalFaults(records: readonly Read[]): string[] {
  const faults: string[] = [];
  const last = new Map<string, Signal>();
  for (const record of records) {
    const signal = json<Signal>(record);
    const where = `${signal.signalKey} ${String(signal.sequence)} ${signal.observedAt}`;
    const fault = (text: string): void => void faults.push(`${where}: ${text}`);
    if (record.key !== signal.signalKey) fault(`key ${String(record.key)}`);
    aloneFaults(signal).forEach(fault);
    courseFaults(signal, last.get(signal.signalKey)).forEach(fault);
    last.set(signal.signalKey, signal);
  }
  return faults;
}

function aloneFaults({ status, observedAt, resolvedAt, contributors, variance, rule }: Signal): string[] {
  const faults: string[] = [];
  if ((status === 'resolved') !== (resolvedAt !== undefined)) faults.push('status and resolvedAt do not agree');
  if (resolvedAt !== undefined && resolvedAt !== observedAt) faults.push('resolved at another time than observed');
  if (!contributors || (contributors.length === 0 && status === 'firing')) faults.push('names no contributors');
  const amounts = (contributors ?? []).map(({ amount }) => Number(amount));
  if (amounts.some((amount, index) => index > 0 && amount > (amounts[index - 1] ?? 0)))
    faults.push('contributors are not largest first');
  if (AGAINST_PLAN.has(rule.kind) && !variance) faults.push('has no variance');
  if (variance) {
    const micros = (text: string): bigint => BigInt(sixDigits(text).replace('.', ''));
    const parts = micros(variance.volume) + micros(variance.mix) + micros(variance.efficiency) + micros(variance.rate);
    if (parts !== micros(variance.total)) faults.push('the parts of the variance do not add up');
  }
  return faults;
}

function courseFaults(signal: Signal, before: Signal | undefined): string[] {
  const { sequence, episodeId, startedAt, observedAt, severity, status } = signal;
  if (!before || before.status === 'resolved') {
    const faults = [];
    if (sequence !== 0) faults.push('an episode that begins in its middle');
    if (status !== 'firing') faults.push('an episode that begins with its end');
    if (startedAt !== observedAt) faults.push('began at another time than it was observed');
    if (before?.episodeId === episodeId) faults.push('an episode that goes on after its end');
    return faults;
  }
  const faults = [];
  if (sequence !== before.sequence + 1) faults.push(`comes after ${String(before.sequence)}`);
  if (episodeId !== before.episodeId) faults.push('another episode before the end of the last');
  if (startedAt !== before.startedAt) faults.push('another start');
  const apartMs = Date.parse(observedAt) - Date.parse(before.observedAt);
  if (status === 'firing' && severity === before.severity && apartMs < MINUTE_MS)
    faults.push('two updates within a minute');
  if (severity !== before.severity && signal.previousSeverity !== before.severity)
    faults.push('does not name the severity before');
  return faults;
}
