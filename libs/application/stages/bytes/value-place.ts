import { viewOf } from './prepared-bytes.js';

const NOTHING = Buffer.alloc(0);

/** What is asked of a record. */
interface WithValue {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: object | undefined;
  placeValue?(place: ValuePlace): boolean;
}

/** Where the value of a record stands among others, and its key: they are read there, without buffers made for them. */
export class ValuePlace {
  bytes: Buffer = NOTHING;
  /** The same bytes. */
  view: DataView = viewOf(NOTHING);
  /** It stands in [from, to). */
  from = 0;
  to = 0;
  /** The bytes that the key stands in. */
  keyBytes: Buffer = NOTHING;
  /** It stands in [keyFrom, keyTo); -1: there is none. */
  keyFrom = -1;
  keyTo = -1;
  hasHeaders = false;

  /** Goes to the value of a record; false: it has none. */
  goTo(record: WithValue): boolean {
    if (record.placeValue) return record.placeValue(this);
    const { key, value, headers } = record;
    if (value === null) return false;
    this.keyBytes = key ?? NOTHING;
    this.keyFrom = key === null ? -1 : 0;
    this.keyTo = key === null ? -1 : key.length;
    this.hasHeaders = headers !== undefined && Object.keys(headers).length > 0;
    return this.goToWhole(value);
  }

  /** Goes to the beginning of bytes that are a value. */
  goToWhole(value: Buffer): true {
    this.bytes = value;
    this.view = viewOf(value);
    this.from = 0;
    this.to = value.length;
    return true;
  }
}
