import { decodeInput, type InputTopicKey, type Refusal, type WireRecord } from '#libs/contract';
import { jsonFault } from './json-fault.js';

/** One place in a record that is worth a look. */
export interface Finding {
  /** A JSON pointer, or a place in the text. */
  readonly where: string;
  /** What stands there. */
  readonly found: string;
}

/** A record as a person can read it, and how today's version judges it. */
export interface Examination {
  /** Undefined: it can be decoded now. What depends on other records or on rates shows only when it is replayed. */
  readonly refusal: Refusal | undefined;
  readonly findings: readonly Finding[];
  /** The value: JSON indented, else its text, else its bytes in hexadecimal; cut where it is long. */
  readonly content: string;
}

const MAX_CONTENT = 8_000;
const MAX_FOUND = 120;
const AROUND = 30;
const POINTER = /(?:^|\s)((?:\/[^\s/;]+)+)/g;

/** Looks at an input record as a decoder does, and says where it stumbles. Never throws for what a record holds. */
export function examineInput(topic: InputTopicKey, record: WireRecord): Examination {
  const decoded = decodeInput(topic, record);
  const refusal = decoded.ok ? undefined : decoded;
  const bytes = record.value ?? Buffer.alloc(0);
  const text = textOf(bytes);
  if (text === undefined) {
    const at = firstBadByte(bytes);
    const found = hex(bytes.subarray(at, at + 8));
    return {
      refusal,
      findings: [{ where: `byte ${String(at + 1)}`, found: `${found}, which is no UTF-8` }],
      content: hexContent(bytes),
    };
  }
  if (refusal?.reason === 'too-large') return { refusal, findings: [], content: cut(text, MAX_CONTENT) };
  const fault = jsonFault(text.replace(/^\uFEFF/, ' '));
  if (fault) {
    const finding = { where: placeIn(text, fault.at), found: `${excerpt(text, fault.at)}: expected ${fault.expected}` };
    return { refusal, findings: [finding], content: cut(text, MAX_CONTENT) };
  }
  const payload = JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  return {
    refusal,
    findings: refusal ? pointedAt(refusal.detail, payload) : [],
    content: cut(indented(payload, text), MAX_CONTENT),
  };
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Where the first character begins that is none: before the first byte that cannot follow, or that ends too early. */
function firstBadByte(bytes: Buffer): number {
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (canGoOn(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  while (textOf(bytes.subarray(0, good)) === undefined) good -= 1;
  return good;
}

function canGoOn(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex').replace(/(..)(?=.)/g, '$1 ');
}

function hexContent(bytes: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length && lines.length < 64; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const characters = row.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex(row).padEnd(47)}  ${characters}`);
  }
  if (bytes.length > lines.length * 16) lines.push('...');
  return lines.join('\n');
}

function placeIn(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  return `line ${String(line)}, column ${String(column)}`;
}

function excerpt(text: string, at: number): string {
  const shown = (part: string): string => part.replaceAll('\r', '\\r').replaceAll('\n', '\\n');
  const [before, after] = [text.slice(Math.max(0, at - AROUND), at), text.slice(at, at + AROUND)];
  return `${shown(before)} >>>${after === '' ? 'end of the text' : shown(after)}`;
}

/** What stands at the places that a detail names. */
function pointedAt(detail: string, payload: unknown): Finding[] {
  const findings: Finding[] = [];
  for (const [, pointer = ''] of detail.matchAll(POINTER)) {
    const value = dataOf(payload);
    const found = valueAt(value, pointer);
    if (found !== undefined) findings.push({ where: pointer, found: cut(JSON.stringify(found), MAX_FOUND) });
  }
  return findings;
}

/** Pointers are those of the payload; in a structured CloudEvent that is its data. */
function dataOf(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || !('specversion' in payload)) return payload;
  const { data, data_base64: encoded } = payload as { data?: unknown; data_base64?: unknown };
  if (typeof encoded !== 'string') return data ?? payload;
  try {
    return JSON.parse(Buffer.from(encoded, 'base64').toString()) as unknown;
  } catch {
    return payload;
  }
}

function valueAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

/** Nesting beyond what the writer of JSON can hold leaves the text as it came. */
function indented(payload: unknown, text: string): string {
  try {
    return JSON.stringify(payload, null, 2);
  } catch {
    return text;
  }
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}... (${String(text.length)} characters in all)`;
}
