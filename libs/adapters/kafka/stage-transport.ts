import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { StageDefinition, StageOutput, StageTask } from '#libs/application';
import { StageRunner, type StageRunnerOptions } from './stage-runner.js';

/** Options of a {@link KafkaStageTransport}: those of its runners but the definition, which the handlers give. */
export interface StageTransportOptions extends Omit<
  StageRunnerOptions,
  'definition' | 'onCommitted' | 'onTaskOpened' | 'onTaskClosed' | 'onTaskFailed'
> {
  readonly onCommitted?: (stage: string, task: StageTask, output: StageOutput, commitSeconds: number) => void;
  readonly onTaskOpened?: (stage: string, partition: number, task: StageTask) => void;
  readonly onTaskClosed?: (stage: string, partition: number) => void;
  readonly onTaskFailed?: (stage: string, fenced: boolean) => void;
}

/**
 * Nest's way into the stages. Each `@MessagePattern('<stage>')` handler is asked once, when the application starts
 * listening, for its {@link StageDefinition}; Nest gives it its dependencies and its lifecycle. Batches do not pass
 * through the handler: Nest's exception filters would turn an error into an answer and hide it from the runner, which
 * must drop the transaction.
 */
export class KafkaStageTransport extends Server implements CustomTransportStrategy {
  /** The running stages, by name. */
  readonly runners = new Map<string, StageRunner>();
  private closed = false;

  constructor(private readonly options: StageTransportOptions) {
    super();
  }

  /** Starts a runner for each handler. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      for (const pattern of this.messageHandlers.keys()) {
        const definition = await this.definitionOf(pattern);
        const { onCommitted, onTaskOpened, onTaskClosed, onTaskFailed, ...rest } = this.options;
        const runner = new StageRunner({
          ...rest,
          definition,
          onCommitted: (task, output, seconds) => onCommitted?.(definition.name, task, output, seconds),
          onTaskOpened: (partition, task) => onTaskOpened?.(definition.name, partition, task),
          onTaskClosed: (partition) => onTaskClosed?.(definition.name, partition),
          onTaskFailed: (fenced) => onTaskFailed?.(definition.name, fenced),
        });
        // Closed while a stage before waited for Kafka.
        if (this.isClosed()) break;
        this.runners.set(definition.name, runner);
        await runner.start();
      }
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Stops the runners, each after its chunks in progress. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.runners.values()].map((runner) => runner.stop()));
  }

  /** Nest asks for it; the runners have their own callbacks. */
  on(): void {
    throw new Error('A stage transport has no events; use the options of KafkaStageTransport');
  }

  /** The runners by stage name. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Nest's signature
  unwrap<T>(): T {
    return this.runners as T;
  }

  private isClosed(): boolean {
    return this.closed;
  }

  private async definitionOf(pattern: string): Promise<StageDefinition> {
    const answer: unknown = await this.getHandlerByPattern(pattern)?.(undefined, undefined);
    const definition = (isObservable(answer) ? await lastValueFrom(answer) : answer) as StageDefinition;
    if (definition.name !== pattern) {
      throw new Error(
        `The handler of stage ${pattern} returned the definition of ${definition.name}; the names must agree`,
      );
    }
    return definition;
  }
}
