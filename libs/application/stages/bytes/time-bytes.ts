import { prepare, putPrepared, type PreparedBytes } from './prepared-bytes.js';

const MINUTE_MS = 60_000;
const ZERO = 48;
/** Bytes of a time. */
export const TIME_BYTES = 24;

/** Times as RFC 3339 in UTC with milliseconds: what `rfc3339` writes. Those of one minute are made once. */
export class TimeBytes {
  private minute = Number.NaN;
  private text: PreparedBytes = prepare('');

  /** `ofMinute` writes the time of a whole minute. */
  constructor(private readonly ofMinute: (tMs: number) => string) {}

  put(view: DataView, at: number, tMs: number): number {
    const minute = Math.floor(tMs / MINUTE_MS);
    if (minute !== this.minute) {
      this.text = prepare(this.ofMinute(minute * MINUTE_MS));
      this.minute = minute;
    }
    const end = putPrepared(view, at, this.text);
    const ms = (tMs - minute * MINUTE_MS) | 0;
    if (ms > 0) putMilliseconds(view, at, ms);
    return end;
  }
}

/** Puts the seconds and milliseconds of a minute into the time of its start. */
function putMilliseconds(view: DataView, at: number, ms: number): void {
  const second = (ms / 1000) | 0;
  const thousandth = ms - second * 1000;
  view.setUint8(at + 17, ZERO + ((second / 10) | 0));
  view.setUint8(at + 18, ZERO + (second % 10));
  view.setUint8(at + 20, ZERO + ((thousandth / 100) | 0));
  view.setUint8(at + 21, ZERO + (((thousandth / 10) | 0) % 10));
  view.setUint8(at + 22, ZERO + (thousandth % 10));
}
