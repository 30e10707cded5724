/** How to reach a Kafka cluster and what to call things there; loaded by `#libs/config`, used by `#libs/adapters/kafka`. */
export interface KafkaSettings {
  /** Bootstrap servers, `host:port`. */
  readonly brokers: readonly string[];
  /** Names this program in the broker's logs and quotas. */
  readonly clientId: string;
  /** TLS: `true` trusts the system's authorities; otherwise the authorities to trust instead, in PEM. Absent: plain TCP. */
  readonly ssl?: boolean | { readonly ca: readonly string[] };
  readonly sasl?: KafkaSasl;
  /** Put before every topic, group and transactional id; may be empty. */
  readonly topicPrefix: string;
  /** Partitions of a shared topic when it is created. */
  readonly partitions: number;
  /** Fewest partitions that a shared topic may have; absent: as many as the inputs that exist already. */
  readonly leastPartitions?: number;
  /** Create missing topics at start; else they are reported as faults. */
  readonly createTopics: boolean;
  /** Who encodes and decodes record batches: our codec (the default), or the one that kafkajs ships. */
  readonly codec?: 'own' | 'stock';
}

/** Credentials for SASL; never written to a log. */
export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}
