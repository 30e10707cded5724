import {
  outcomeOf,
  SILENCE_AUTHOR,
  silenceOf,
  type AlertmanagerReceiver,
  type AlertmanagerSilence,
  type Outcome,
  type Snooze,
} from '#libs/application';
import { guardedRequest, type GuardedAnswer, type GuardedRequest } from './guarded-post.js';

/** Room for some thousand silences on one signal. */
const MOST_ANSWER_BYTES = 1_048_576;

interface Held extends AlertmanagerSilence {
  readonly id: string;
  readonly status: { readonly state: 'active' | 'pending' | 'expired' };
}

/** Has an Alertmanager be quiet about a signal until the snooze ends. Does nothing where it is so already. */
export async function silenceSignal(receiver: AlertmanagerReceiver, snooze: Snooze, nowMs: number): Promise<Outcome> {
  const { outcome, ours } = await heldOn(receiver, snooze.signalKey);
  if (outcome.kind !== 'accepted') return outcome;
  const wanted = silenceOf(snooze, { receiver, nowMs });
  if (ours.some(({ endsAt }) => Date.parse(endsAt) === snooze.untilMs)) return outcome;
  const [held] = ours;
  // With the same start it is moved in place; else Alertmanager would end one and begin another.
  const body = JSON.stringify({ ...wanted, ...(held && { id: held.id, startsAt: held.startsAt }) });
  return outcomeOf((await ask(receiver, { method: 'POST', path: 'silences', body })).answer);
}

/** Ends what {@link silenceSignal} brought about, so that the signal's resolve is told. */
export async function liftSilence(receiver: AlertmanagerReceiver, signalKey: string): Promise<Outcome> {
  const { outcome, ours } = await heldOn(receiver, signalKey);
  if (outcome.kind !== 'accepted') return outcome;
  for (const { id } of ours) {
    const { answer } = await ask(receiver, { method: 'DELETE', path: `silence/${encodeURIComponent(id)}` });
    const ended = outcomeOf(answer);
    if (ended.kind !== 'accepted') return ended;
  }
  return outcome;
}

/** Our silences on a signal that have not ended. */
async function heldOn(
  receiver: AlertmanagerReceiver,
  signalKey: string,
): Promise<{ readonly outcome: Outcome; readonly ours: readonly Held[] }> {
  const filter = encodeURIComponent(`signal=${JSON.stringify(signalKey)}`);
  const { answer, text } = await ask(receiver, { method: 'GET', path: `silences?filter=${filter}` });
  const outcome = outcomeOf(answer);
  if (outcome.kind !== 'accepted') return { outcome, ours: [] };
  try {
    const silences = JSON.parse(text) as readonly Held[];
    const ours = silences.filter(
      ({ createdBy, status, matchers }) =>
        createdBy === SILENCE_AUTHOR &&
        status.state !== 'expired' &&
        matchers.some(({ name, value }) => name === 'signal' && value === signalKey),
    );
    return { outcome, ours };
  } catch {
    return { outcome: { kind: 'failed', reason: 'its silences cannot be read' }, ours: [] };
  }
}

function ask(
  { url, timeoutMs, allowNetworks }: AlertmanagerReceiver,
  { path, ...request }: Pick<GuardedRequest, 'method' | 'body'> & { readonly path: string },
): Promise<GuardedAnswer> {
  return guardedRequest({
    ...request,
    url: `${url}/api/v2/${path}`,
    timeoutMs,
    allowNetworks,
    mostAnswerBytes: MOST_ANSWER_BYTES,
  });
}
