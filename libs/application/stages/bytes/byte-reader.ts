/** Of a varint, so many bits are put together as an integer: with doubles it takes several times as long. */
const LOW_BITS = 28;

/** Reads what `put…` wrote, one behind the other. */
export class ByteReader {
  constructor(
    readonly bytes: Buffer,
    public at = 0,
  ) {}

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new RangeError('the bytes end too early');
    this.at += 1;
    return byte;
  }

  /** Zigzag varint, exact within the integers that a double holds. */
  varint(): number {
    let byte = this.byte();
    let low = byte & 127;
    for (let shift = 7; byte > 127 && shift < LOW_BITS; shift += 7) {
      byte = this.byte();
      low |= (byte & 127) << shift;
    }
    let half = low >> 1;
    for (let scale = 2 ** (LOW_BITS - 1); byte > 127; scale *= 128) {
      byte = this.byte();
      half += (byte & 127) * scale;
    }
    return (low & 1) === 0 ? half : -half - 1;
  }

  /** Goes past a text. */
  skipText(): void {
    const length = this.varint();
    this.at += length;
  }

  /** A text behind its length in bytes. */
  text(encoding: 'utf8' | 'latin1' = 'utf8'): string {
    const length = this.varint();
    this.at += length;
    return this.bytes.toString(encoding, this.at - length, this.at);
  }
}
