import { randomBytes } from 'node:crypto';
import type { KafkaSettings } from '#libs/application';
import { freePorts, KafkaBroker } from './broker.js';

/** Brokers that replicate everything to all of them; a write counts when all but one have it. */
export class KafkaCluster {
  private constructor(readonly brokers: readonly KafkaBroker[]) {}

  /** Starts `size` brokers, each a controller too; `properties` are further lines for each. */
  static async start(size = 3, properties = ''): Promise<KafkaCluster> {
    const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
    const ports: number[] = [];
    while (ports.length < size) {
      const port = await freePorts();
      if (!ports.includes(port)) ports.push(port);
    }
    const voters = ports.map((port, at) => `${at + 1}@127.0.0.1:${port + 1}`).join();
    const lines = (node: number): string => `
node.id=${node}
controller.quorum.voters=${voters}
default.replication.factor=${size}
offsets.topic.replication.factor=${size}
transaction.state.log.replication.factor=${size}
transaction.state.log.min.isr=${size - 1}
min.insync.replicas=${size - 1}
${properties}`;
    // Together: none serves before most of them have found each other.
    const brokers = await Promise.all(ports.map((port, at) => KafkaBroker.start(lines(at + 1), port, { clusterId })));
    return new KafkaCluster(brokers);
  }

  /** Settings for a client that knows all brokers. */
  settings(topicPrefix: string, partitions = 4): KafkaSettings {
    const brokers = this.brokers.map(({ address }) => address);
    return { brokers, clientId: 'test', topicPrefix, partitions, createTopics: true };
  }

  /** Ends all brokers and deletes their data. */
  async stop(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.stop()));
  }
}
