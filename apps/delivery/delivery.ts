import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { createKafka, ensureTopics, whileAway } from '#libs/adapters/kafka';
import { NestLog, type Logger } from '#libs/adapters/logging';
import { MetricsModule, createMetrics, keepConnections } from '#libs/adapters/prometheus';
import type { DeliveryConfig } from '#libs/config';
import { DeadLetterBox } from './dead-letter-box.js';
import { DeliveryView } from './delivery-view.js';
import { Lane } from './lane.js';
import { SilenceReader } from './silence-reader.js';

/** How soon a request to send a dead letter again is seen to. */
const RESEND_EVERY_MS = 1_000;

/** A running delivery. */
export interface RunningDelivery {
  readonly metricsUrl: string;
  /** Finishes the messages under way and ends all connections. */
  stop(): Promise<void>;
}

/** How the delivery is started. */
export interface DeliveryOptions {
  readonly config: DeliveryConfig;
  readonly logger: Logger;
  /** The delivery cannot go on, for a reason that a restart may mend; never because a receiver is away. */
  readonly onFatal: (error: Error) => void;
}

/**
 * Tells receivers of signals, each in a lane of its own. Rejects when Kafka cannot be reached or the port for metrics is
 * taken.
 */
export async function startDelivery({ config, logger, onFatal }: DeliveryOptions): Promise<RunningDelivery> {
  const { kafka: settings, group, host, metricsPort, plan } = config;
  const fail = (error: Error): void => {
    view.failed(error);
    onFatal(error);
  };
  const metrics = createMetrics();
  const lanes = new Map<string, Lane>();
  const box = new DeadLetterBox({ settings, logger, onFatal: fail });
  const firing = new SilenceReader({ settings, logger, onFatal: fail });
  const view = new DeliveryView(metrics, lanes, box);
  const module = MetricsModule.forRoot({ registry: metrics, health: () => view.health() });
  const app = await NestFactory.create(module, { logger: new NestLog(logger), abortOnError: false });
  keepConnections(app.getHttpServer() as Server);
  await app.listen(metricsPort, host);
  await whileAway({ what: 'The delivery', logger }, () =>
    ensureTopics(createKafka(settings, 'delivery-topics', { logger }), settings, logger),
  );
  await Promise.all([box.start(), firing.start()]);
  for (const receiver of plan.receivers) {
    const shared = { plan, settings, group, box, quiet: firing, events: view, logger, onFatal: fail };
    lanes.set(receiver.name, new Lane({ receiver, ...shared }));
  }
  await Promise.all([...lanes.values()].map((lane) => lane.start()));
  const resends = setInterval(() => {
    for (const letter of box.list()) {
      if (letter.state !== 'resend') continue;
      const failed = (error: unknown): void =>
        logger.warn({ error: String(error) }, 'a dead letter was not sent again');
      void lanes.get(letter.receiver)?.resend(letter).catch(failed);
    }
  }, RESEND_EVERY_MS);
  return {
    metricsUrl: `http://${host.includes(':') ? `[${host}]` : host}:${metricsPort}/metrics`,
    stop: async () => {
      clearInterval(resends);
      await Promise.all([...lanes.values()].map((lane) => lane.stop()));
      await Promise.all([box.stop(), firing.stop()]);
      await app.close();
    },
  };
}
