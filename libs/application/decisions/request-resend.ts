import { deadLetterId, type DeadLetter, type DeadLetterOffice } from '../delivery/index.js';
import type { DecisionContext, DecisionStore } from './decisions.js';

/**
 * Asks for dead letters to be sent again, with a line for each in the audit of its signal: both or neither, save that a
 * database which fails in the last moment may leave letters asked for without a line.
 */
export function requestResend(
  { store, office }: { readonly store: DecisionStore; readonly office: DeadLetterOffice },
  context: DecisionContext,
  letters: readonly DeadLetter[],
): Promise<{ readonly asked: readonly string[] }> {
  return store.decide(context, async (unit) => {
    for (const { receiver, signal } of letters) {
      const body = { receiver, sequence: signal.sequence };
      const subject = { subject: 'signal', subjectId: signal.signalKey, part: signal.episodeId } as const;
      await unit.note({ ...subject, action: 'resend', body });
    }
    await office.askToResend(letters);
    return { asked: letters.map(deadLetterId) };
  });
}
