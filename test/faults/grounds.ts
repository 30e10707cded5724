import { KafkaBroker, KafkaCluster } from '../../libs/testing/kafka/index.js';

/** Brokers that rows share one after another; started when first asked for, whole again for each row. */
export class Grounds {
  private broker: KafkaBroker | undefined;
  private cluster: KafkaCluster | undefined;
  private scenes = 0;

  constructor(private readonly say: (text: string) => void) {}

  /** Keeps the topics of one scene apart from those of others. */
  nextNumber(): number {
    return ++this.scenes;
  }

  async one(): Promise<KafkaBroker> {
    await this.cluster?.stop();
    this.cluster = undefined;
    if (!this.broker) {
      this.say('starting a broker');
      this.broker = await KafkaBroker.start();
    }
    if (!this.broker.isRunning) await this.broker.restart();
    return this.broker;
  }

  async three(): Promise<KafkaCluster> {
    await this.broker?.stop();
    this.broker = undefined;
    if (!this.cluster) {
      this.say('starting three brokers');
      this.cluster = await KafkaCluster.start();
    }
    await Promise.all(this.cluster.brokers.filter(({ isRunning }) => !isRunning).map((broker) => broker.restart()));
    return this.cluster;
  }

  /** A broker of another cluster on this port; the one that had it will be a new one. */
  async foreign(port: number): Promise<KafkaBroker> {
    await this.broker?.stop();
    this.broker = undefined;
    return KafkaBroker.start('', port);
  }

  async clear(): Promise<void> {
    await Promise.all([this.broker?.stop(), this.cluster?.stop()]);
    this.broker = undefined;
    this.cluster = undefined;
  }
}
