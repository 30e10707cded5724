import { viewOf } from './prepared-bytes.js';

const NOTHING = Buffer.alloc(0);

/** What is asked of a record. */
interface WithValue {
  readonly value: Buffer | null;
  placeValue?(place: ValuePlace): boolean;
}

/** Where the value of a record stands among others: it is read there, without a buffer made for it. */
export class ValuePlace {
  bytes: Buffer = NOTHING;
  /** The same bytes. */
  view: DataView = viewOf(NOTHING);
  /** It stands in [from, to). */
  from = 0;
  to = 0;

  /** Goes to the value of a record; false: it has none. */
  goTo(record: WithValue): boolean {
    if (record.placeValue) return record.placeValue(this);
    return record.value !== null && this.goToWhole(record.value);
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
