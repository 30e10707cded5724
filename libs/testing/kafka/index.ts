export { eventually } from '../eventually.js';
export { freePorts, KafkaBroker, kafkaTool, produceWithJava, whyNoBroker, WORKING_BROKER } from './broker.js';
export { KafkaCluster } from './cluster.js';
export { countingStage, type Counted, type CountingStageOptions } from './counting-stage.js';
export { CountedReader, judge, readAll, readCounted, type StoredRecord, type Verdict } from './counting-oracle.js';
export { allMerged } from './merged.js';
export { StageProcess, type StageProcessOptions } from './stage-process.js';
