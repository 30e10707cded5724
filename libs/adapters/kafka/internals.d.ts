/** The private modules of kafkajs 2.2.4 that are touched: answer-sockets, read-committed, write-once, consumer-repairs, eager-fetch, quiet-queue, coordinator-memory, producer-identity, transaction-requests, client, kafka-codec. */
declare module 'kafkajs/src/broker/index.js' {
  class Broker {
    fetch(request: import('./eager-fetch.js').FetchRequest): Promise<unknown>;
    produce(request: import('./write-once.js').ProduceRequest): Promise<unknown>;
    isConnected(): boolean;
    initProducerId(request: {
      readonly transactionalId?: string | undefined;
    }): Promise<import('./producer-identity.js').GrantedIdentity>;
    addOffsetsToTxn(request: { readonly transactionalId?: string | undefined }): Promise<unknown>;
    addPartitionsToTxn(request: { readonly transactionalId?: string | undefined }): Promise<unknown>;
    endTxn(request: { readonly transactionalId?: string | undefined }): Promise<unknown>;
    txnOffsetCommit(request: { readonly groupId: string }): Promise<unknown>;
    /** The client's. */
    readonly rootLogger: object;
  }
  export default Broker;
}

declare module 'kafkajs/src/cluster/index.js' {
  import type Broker from 'kafkajs/src/broker/index.js';
  class Cluster {
    constructor(options: object);
    readonly brokerPool: {
      readonly brokers: Readonly<Record<string, Broker>>;
      connectionPoolBuilder: { build(address?: { host?: string; port?: number; rack?: string }): Promise<object> };
      createBroker(options: object): object;
    };
    findGroupCoordinator(wanted: { readonly groupId: string; readonly coordinatorType?: number }): Promise<Broker>;
  }
  export default Cluster;
}

declare module 'kafkajs/src/network/connection.js' {
  class Connection {
    constructor(options: object);
    readonly host: string;
    readonly port: number;
    connect(): Promise<unknown>;
    disconnect(): Promise<boolean>;
    send(exchange: { request: object; response: object }): Promise<unknown>;
    rejectRequests(error: Error): void;
    /** What was read and is not taken yet, and its length. */
    chunks: Buffer[];
    bytesBuffered: number;
    processData(data: Buffer): void;
  }
  export default Connection;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  class RequestQueue {
    constructor(options: object);
    readonly pending: readonly object[];
    push(request: object): void;
    fulfillRequest(answer: { correlationId: number; payload: Buffer; size: number }): void;
    maybeThrottle(ms: number): void;
    scheduleCheckPendingRequests(): void;
  }
  export default RequestQueue;
}

declare module 'kafkajs/src/network/socketFactory.js' {
  export default function createSocketFactory(): import('kafkajs').ISocketFactory;
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  class ConsumerGroup {
    constructor(options: object);
    heartbeat(options: { readonly interval: number }): Promise<void>;
    joinAndSync(): Promise<void>;
  }
  export default ConsumerGroup;
}

declare module 'kafkajs/src/consumer/batch.js' {
  class Batch {
    constructor(topic: string, fetchedOffset: string, partitionData: object);
    readonly messages: ArrayLike<import('./record-set.js').DecodedRecord> &
      Iterable<import('./record-set.js').DecodedRecord>;
    isEmpty(): boolean;
    isEmptyIncludingFiltered(): boolean;
    isEmptyDueToFiltering(): boolean;
    isEmptyControlRecord(): boolean;
    isEmptyDueToLogCompactedMessages(): boolean;
    firstOffset(): string | null;
    lastOffset(): string;
  }
  export default Batch;
}

declare module 'kafkajs/src/consumer/runner.js' {
  class Runner {
    readonly running: boolean;
    readonly fetchManager: { stop(): Promise<void> };
    fetch(nodeId: string): Promise<unknown[]>;
  }
  export default Runner;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  class Encoder {
    constructor(initialSize?: number);
    buf: Buffer;
    offset: number;
    get buffer(): Buffer;
    size(): number;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeUVarInt(value: number): this;
    writeUVarIntString(value: string): this;
    writeInt64(value: number): this;
    writeString(value: string | null): this;
    writeBytes(value: Buffer): this;
    writeArray(value: Encoder[]): this;
    writeEncoder(value: Encoder): this;
  }
  export default Encoder;
}

declare module 'kafkajs/src/protocol/decoder.js' {
  class Decoder {
    constructor(buffer: Buffer);
    readInt16(): number;
    readInt32(): number;
    readInt64(): { toString(): string };
    readUVarInt(): number;
    readUVarIntString(): string | null;
    readTaggedFields(): unknown;
  }
  export default Decoder;
}

declare module 'kafkajs/src/protocol/request.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';
  export default function createRequest(request: {
    readonly correlationId: number;
    readonly clientId: string;
    readonly request: { readonly apiKey: number; readonly apiVersion: number; encode(): Promise<Encoder> };
  }): Promise<Encoder>;
}

declare module 'kafkajs/src/protocol/requests/index.js' {
  const definitions: { readonly requests: Readonly<Record<string, unknown>> };
  export default definitions;
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
