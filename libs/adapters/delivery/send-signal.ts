import {
  alertsOf,
  outcomeOf,
  pagerDutyEvent,
  webhookMessage,
  type Alert,
  type AlertmanagerReceiver,
  type Outcome,
  type Receiver,
} from '#libs/application';
import type { Signal } from '#libs/contract';
import { guardedPost } from './guarded-post.js';
import { signedHeaders } from './signature.js';

/** One message to send. */
export interface Sending {
  readonly signal: Signal;
  /** The message before it in the same episode, where the receiver was told of that. */
  readonly previous: Signal | undefined;
  /** Set where the message came before and is told again, since a snooze has ended; see `messageId`. */
  readonly again?: number | undefined;
  /** Address of the console. */
  readonly console: string;
  /** Epoch milliseconds, wall clock. */
  readonly nowMs: number;
}

/** Makes one attempt to tell a receiver of a signal. Never rejects for what the receiver or the network does. */
export async function sendSignal(
  receiver: Receiver,
  { signal, previous, again, console, nowMs }: Sending,
): Promise<Outcome> {
  switch (receiver.kind) {
    case 'alertmanager':
      return sendAlerts(receiver, alertsOf(signal, previous, { receiver, console, nowMs }));
    case 'pagerduty':
      return post(receiver, JSON.stringify(pagerDutyEvent(signal, receiver, console)));
    case 'webhook': {
      const message = webhookMessage(signal, console, again);
      return post(receiver, message.body, signedHeaders(message, { secret: receiver.secret, nowMs }));
    }
  }
}

/** Makes one attempt to give alerts to an Alertmanager. */
export async function sendAlerts(receiver: AlertmanagerReceiver, alerts: readonly Alert[]): Promise<Outcome> {
  return post({ ...receiver, url: `${receiver.url}/api/v2/alerts` }, JSON.stringify(alerts));
}

async function post(
  { url, timeoutMs, allowNetworks }: Receiver,
  body: string,
  headers: Record<string, string> = {},
): Promise<Outcome> {
  return outcomeOf(await guardedPost({ url, body, headers, timeoutMs, allowNetworks }));
}
