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
    let rest = byte & 127;
    let scale = 128;
    while (byte > 127) {
      byte = this.byte();
      rest += (byte & 127) * scale;
      scale *= 128;
    }
    return rest % 2 === 0 ? rest / 2 : -(rest + 1) / 2;
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
