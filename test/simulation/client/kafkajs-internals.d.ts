/** Private modules of kafkajs 2.2.4 that the simulation builds clients from; see sim-kafka.ts. */
declare module 'kafkajs/src/errors.js' {
  const errors: {
    readonly KafkaJSConnectionError: new (message: string, details: { broker: string; code?: string }) => Error;
    readonly KafkaJSConnectionClosedError: new (message: string, details: { host: string; port: number }) => Error;
    readonly KafkaJSRequestTimeoutError: new (message: string, details: object) => Error;
    readonly KafkaJSOffsetOutOfRange: new (error: Error, details: { topic: string; partition: number }) => Error;
    readonly KafkaJSMemberIdRequired: new (error: Error, details: { memberId: string }) => Error;
  };
  export default errors;
}

declare module 'kafkajs/src/protocol/error.js' {
  const error: { createErrorFromCode(code: number): Error };
  export default error;
}

declare module 'kafkajs/src/instrumentation/emitter.js' {
  export default class InstrumentationEventEmitter {
    emit(event: string, payload?: object): void;
  }
}

declare module 'kafkajs/src/producer/index.js' {
  const createProducer: (options: object) => import('kafkajs').Producer;
  export default createProducer;
}

declare module 'kafkajs/src/consumer/index.js' {
  const createConsumer: (options: object) => import('kafkajs').Consumer;
  export default createConsumer;
}

declare module 'kafkajs/src/admin/index.js' {
  const createAdmin: (options: object) => import('kafkajs').Admin;
  export default createAdmin;
}
