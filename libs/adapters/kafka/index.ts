export { createKafka, type ClientOptions } from './client.js';
export { kafkaDeadLetters, listDeadLetters, resendDeadLetters, type DeadLetterChoice } from './dead-letters.js';
export { SILENT_LOGGER, type KafkaLogger } from './logger.js';
export type { LogRecord } from './log-client.js';
export { PastInput } from './past-input.js';
export { partitionOf } from './partitioner.js';
export { Publisher, type PublishRecord, type PublisherOptions } from './publisher.js';
export { readDecided, type Decided } from './read-decided.js';
export { readUntil, type PartitionPart } from './read-until.js';
export { resetStages, type ResetResult, type StagesState } from './reset-stages.js';
export { timingFor, type RunnerTiming } from './runner-timing.js';
export {
  SinkRunner,
  type SinkBatch,
  type SinkOffset,
  type SinkPosition,
  type SinkRunnerOptions,
} from './sink-runner.js';
export { StageRunner, type PartitionLag, type RunnerSnapshot, type StageRunnerOptions } from './stage-runner.js';
export { KafkaStageTransport, type StageTransportOptions } from './stage-transport.js';
export { TopicReader, type ReadBatch, type TopicReaderOptions } from './topic-reader.js';
export { ensureTopics, TopicsError, type PartitionCounts } from './topics.js';
export { whileAway, type Waiting } from './while-away.js';
