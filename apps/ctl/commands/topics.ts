import { type Environment, loadKafkaConfig } from '#libs/config';
import type { Command } from 'commander';
import { tableLines } from '../terminal/table.js';

/** `spendline topics`: creates and checks the topics. */
export function registerTopics(program: Command, env: Environment): void {
  program
    .command('topics')
    .description('create the topics that are missing and check those that are there')
    .addHelpText(
      'after',
      `
Every program does this when it starts. Run it by itself where only operators may create topics, with their account,
and set SPENDLINE_CREATE_TOPICS=false for the programs.

Examples:
  spendline topics                                             the embedded Kafka, while spendline up runs
  KAFKA_BROKERS=kafka-1:9092 SPENDLINE_PARTITIONS=16 spendline topics
  SPENDLINE_CREATE_TOPICS=false spendline topics               only check`,
    )
    .action(async () => {
      const [{ prepareTopics }, { TOPIC_KEYS, topicName }] = await Promise.all([
        import('../prepare-topics.js'),
        import('#libs/contract'),
      ]);
      const { kafka } = loadKafkaConfig(env);
      const partitions = await prepareTopics(kafka);
      const rows = TOPIC_KEYS.map((key) => [topicName(key, kafka.topicPrefix), `${partitions[key]} partitions`]);
      console.log(tableLines(rows).join('\n'));
    });
}
