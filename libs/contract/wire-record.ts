/** Headers of a record as Kafka clients give and take them; a repeated header is an array. */
export type WireHeaders = Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;

/** What of a Kafka record the codecs look at. */
export interface WireRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: WireHeaders;
}
