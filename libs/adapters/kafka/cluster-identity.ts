import type { Admin } from 'kafkajs';
import { UnrecoverableError } from './errors.js';

/**
 * Remembers which cluster this process works on. Another cluster that answers on the same address, a test broker on a
 * developer's port for example, would take our records and offsets and call them its own.
 */
export class ClusterIdentity {
  private constructor(
    private readonly admin: Admin,
    readonly clusterId: string,
  ) {}

  /** Takes the cluster that answers now as the right one. */
  static async learn(admin: Admin): Promise<ClusterIdentity> {
    const { clusterId } = await admin.describeCluster();
    return new ClusterIdentity(admin, clusterId);
  }

  /** Whether Kafka answers, whichever cluster it is. */
  answers(): Promise<boolean> {
    return this.admin.describeCluster().then(
      () => true,
      () => false,
    );
  }

  /** Throws an {@link UnrecoverableError} when another cluster answers. */
  async check(): Promise<void> {
    const { clusterId } = await this.admin.describeCluster();
    if (clusterId === this.clusterId) return;
    throw new UnrecoverableError(
      `Kafka's address now leads to another cluster (${clusterId}, before ${this.clusterId}). Nothing was written there; check KAFKA_BROKERS and restart.`,
    );
  }
}
