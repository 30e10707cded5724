/** Writes one log line: fields, then a sentence. A pino logger is one. */
export type LogLine = (fields: object, message: string) => void;

/** What the Kafka adapter needs of a logger. */
export interface KafkaLogger {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

const nothing: LogLine = () => undefined;

/** Says nothing. */
export const SILENT_LOGGER: KafkaLogger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
