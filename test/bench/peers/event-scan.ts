import { ValuePlace, viewOf } from '#libs/application';
import { bytesOf } from '../../../libs/application/stages/bytes/put.js';
import {
  digitsEnd,
  hashOfWords,
  keyWords,
  plainTextEnd,
  startsWith,
  wholeOf,
  type KeyWords,
} from '../../../libs/application/stages/bytes/scan-words.js';
import type { Workload } from './workload.js';

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const OPEN = 123;
const CLOSE = 125;

/** Numbers of the fields that the workloads ask for. */
export const EVENT = {
  id: 0,
  agentId: 1,
  channel: 2,
  queue: 3,
  region: 4,
  customerTier: 5,
  endedAt: 6,
  handleSeconds: 7,
  labour: 8,
  system: 9,
  other: 10,
  currency: 11,
} as const;
const FIELDS = 12;
/** Numbers of names that nobody asks for, and of the one that stands before the object of costs. */
const UNKNOWN = FIELDS;
const COST = FIELDS + 1;

/**
 * How a value is read: a text of which only the place matters, one that is looked up by its hash as well, a whole number, a
 * decimal text in hundredths.
 */
type Kind = 'text' | 'hashed' | 'whole' | 'hundredths';

const TOP_FIELDS: Readonly<Record<Workload, Readonly<Record<string, readonly [number, Kind]>>>> = {
  w1: {
    agentId: [EVENT.agentId, 'hashed'],
    channel: [EVENT.channel, 'hashed'],
    endedAt: [EVENT.endedAt, 'whole'],
  },
  w3: {
    id: [EVENT.id, 'hashed'],
    agentId: [EVENT.agentId, 'hashed'],
    channel: [EVENT.channel, 'hashed'],
    queue: [EVENT.queue, 'text'],
    region: [EVENT.region, 'text'],
    customerTier: [EVENT.customerTier, 'text'],
    endedAt: [EVENT.endedAt, 'whole'],
    handleSeconds: [EVENT.handleSeconds, 'whole'],
  },
};
const COST_FIELDS: Readonly<Record<Workload, Readonly<Record<string, readonly [number, Kind]>>>> = {
  w1: {
    labour: [EVENT.labour, 'hundredths'],
    system: [EVENT.system, 'hundredths'],
    other: [EVENT.other, 'hundredths'],
  },
  w3: {
    system: [EVENT.system, 'text'],
    other: [EVENT.other, 'text'],
    currency: [EVENT.currency, 'text'],
  },
};

/** A name as it stood at some place of the event before. */
interface KnownKey {
  /** `"name":` */
  readonly words: KeyWords;
  readonly isOfCost: boolean;
  readonly field: number;
}

/**
 * The fields of an event that a workload asks for, read in one walk over its bytes, whatever their order: which name stands
 * where is remembered from the event before, compared, and only looked up where it differs. The walk ends with the last
 * field that is wanted. What is written in an unusual way (spaces, escapes, fractions) is parsed and written again.
 */
export class EventScan {
  /** Where a text stands in `bytes`. */
  readonly from = new Int32Array(FIELDS);
  readonly to = new Int32Array(FIELDS);
  readonly hashes = new Int32Array(FIELDS);
  /** Whole numbers, and amounts in hundredths. */
  readonly values = new Float64Array(FIELDS);
  bytes: Buffer = Buffer.alloc(0);
  view = viewOf(this.bytes);
  private end = 0;
  private readonly kinds: Kind[] = [];
  private readonly topFields: ReadonlyMap<string, number>;
  private readonly costFields: ReadonlyMap<string, number>;
  private readonly layout: KnownKey[] = [];
  private wanted = 0;

  constructor(workload: Workload) {
    const numbered = (fields: Readonly<Record<string, readonly [number, Kind]>>): Map<string, number> =>
      new Map(
        Object.entries(fields).map(([name, [field, kind]]) => {
          this.kinds[field] = kind;
          this.wanted |= 1 << field;
          return [name, field];
        }),
      );
    this.topFields = numbered(TOP_FIELDS[workload]).set('cost', COST);
    this.costFields = numbered(COST_FIELDS[workload]);
  }

  /** Reads an event; throws for what is none. */
  read(place: ValuePlace): void {
    if (this.scan(place)) return;
    const text = place.bytes.toString('utf8', place.from, place.to);
    const plain = new ValuePlace();
    plain.goToWhole(Buffer.from(JSON.stringify(JSON.parse(text))));
    if (!this.scan(plain)) throw new SyntaxError(`no event of the workload: ${text}`);
  }

  private scan(place: ValuePlace): boolean {
    this.bytes = place.bytes;
    this.view = place.view;
    this.end = place.to;
    const { bytes, end } = this;
    let missing = this.wanted;
    let isOfCost = false;
    let at = place.from + 1;
    if (bytes[at - 1] !== OPEN) return false;
    for (let position = 0; missing !== 0; position += 1) {
      const key = this.keyAt(at, position, isOfCost);
      if (!key) return false;
      const { field } = key;
      at += key.words.length;
      if (field === COST) {
        if (bytes[at++] !== OPEN) return false;
        isOfCost = true;
        continue;
      }
      at = this.readValue(at, field);
      if (at < 0 || at >= end) return false;
      missing &= ~(1 << field);
      if (isOfCost && bytes[at] === CLOSE) {
        isOfCost = false;
        at += 1;
      }
      if (bytes[at++] !== COMMA) return missing === 0;
    }
    return true;
  }

  private keyAt(at: number, position: number, isOfCost: boolean): KnownKey | undefined {
    const known = this.layout[position];
    if (known && known.isOfCost === isOfCost && startsWith(this.view, at, this.end, known.words)) return known;
    const to = this.textEnd(at);
    if (to < 0) return undefined;
    const name = this.bytes.toString('utf8', at + 1, to);
    const field = (isOfCost ? this.costFields : this.topFields).get(name) ?? UNKNOWN;
    const key = { words: keyWords(bytesOf(`"${name}":`)), isOfCost, field };
    if (!startsWith(this.view, at, this.end, key.words)) return undefined;
    this.layout[position] = key;
    return key;
  }

  /** Gives where the value ends; -1 where it is not written plainly. */
  private readValue(at: number, field: number): number {
    switch (this.kinds[field]) {
      case 'hashed':
        return this.readHashed(at, field);
      case 'text':
        return this.readText(at, field);
      case 'whole':
        return this.readWhole(at, field);
      case 'hundredths':
        return this.readHundredths(at, field);
      default:
        return this.skipValue(at);
    }
  }

  /** Of the text whose opening quote is at `at`; -1 where there is none, or none that is plain. */
  private textEnd(at: number): number {
    return this.bytes[at] === QUOTE ? plainTextEnd(this.view, at + 1, this.end) : -1;
  }

  private readText(at: number, field: number): number {
    const to = this.textEnd(at);
    this.from[field] = at + 1;
    this.to[field] = to;
    return to < 0 ? to : to + 1;
  }

  private readHashed(at: number, field: number): number {
    const end = this.readText(at, field);
    if (end > 0) this.hashes[field] = hashOfWords(this.view, at + 1, end - 1);
    return end;
  }

  private readWhole(from: number, field: number): number {
    const to = digitsEnd(this.view, from, this.end);
    this.values[field] = wholeOf(this.view, from, to);
    return to > from && isEndOfValue(this.bytes[to]) ? to : -1;
  }

  private readHundredths(from: number, field: number): number {
    const { bytes } = this;
    if (bytes[from] !== QUOTE) return -1;
    let value = 0;
    let places = -1;
    let at = from + 1;
    for (let next = bytes[at] as number; next !== QUOTE; next = bytes[++at] as number) {
      if (next === POINT && places < 0) places = 0;
      else if (next >= ZERO && next <= NINE && places < 2) {
        value = value * 10 + next - ZERO;
        if (places >= 0) places += 1;
      } else return -1;
    }
    this.values[field] = places === 2 ? value : places === 1 ? value * 10 : value * 100;
    return at + 1;
  }

  /** Past a text, a number or a word; -1 for anything else. */
  private skipValue(from: number): number {
    const { bytes } = this;
    if (bytes[from] === QUOTE) {
      const to = this.textEnd(from);
      return to < 0 ? to : to + 1;
    }
    let at = digitsEnd(this.view, from, this.end);
    for (let next = bytes[at] as number; isOfWordOrNumber(next); next = bytes[at] as number) at += 1;
    return at > from && isEndOfValue(bytes[at]) ? at : -1;
  }
}

function isOfWordOrNumber(byte: number): boolean {
  return (byte >= 97 && byte <= 122) || (byte >= ZERO && byte <= NINE) || byte === POINT || byte === MINUS;
}

function isEndOfValue(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE;
}
