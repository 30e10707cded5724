import { ProblemError } from '#libs/adapters/http';

/** Does what needs Kafka; says so with a problem when Kafka is the reason why it cannot be done. */
export async function withKafka<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isOfKafka(error)) throw new ProblemError('stream-unavailable', 'Try again in a moment.');
    throw error;
  }
}

/** kafkajs names its errors so; what else is thrown is a fault of ours. */
function isOfKafka(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('KafkaJS');
}
