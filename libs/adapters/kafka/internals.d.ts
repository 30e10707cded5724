/** The one private module of kafkajs 2.2.4 that is touched; see read-committed.ts. */
declare module 'kafkajs/src/broker/index.js' {
  class Broker {
    fetch(request: object): Promise<unknown>;
  }
  export default Broker;
}

declare module 'lz4js' {
  const lz4: {
    compress(source: Uint8Array): Uint8Array;
    decompress(source: Uint8Array, maxSize?: number): Uint8Array;
  };
  export default lz4;
}

declare module 'snappyjs' {
  const snappy: {
    compress(source: Buffer): Buffer;
    uncompress(source: Buffer, maxLength?: number): Buffer;
  };
  export default snappy;
}
