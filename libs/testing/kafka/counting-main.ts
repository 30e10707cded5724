import { StageRunner, type KafkaLogger } from '#libs/adapters/kafka';
import { processMarks } from '#libs/adapters/process';
import { countingStage } from './counting-stage.js';
import type { StageProcessOptions } from './stage-process.js';

/** The program behind `StageProcess`. */
const options = JSON.parse(process.argv[2] ?? '') as StageProcessOptions;

const line =
  (level: string) =>
  (fields: object, message: string): void =>
    console.log(JSON.stringify({ level, message, ...fields }));
const logger: KafkaLogger = { debug: () => undefined, info: line('info'), warn: line('warn'), error: line('error') };

const runner = new StageRunner({
  ...options,
  definition: countingStage(),
  processMarks: processMarks(),
  logger,
  onFatal: (error) => {
    console.log(`FATAL ${error.message}`);
    process.exit(1);
  },
});
process.once('SIGTERM', () => void runner.stop().then(() => process.exit(0)));
await runner.start();
