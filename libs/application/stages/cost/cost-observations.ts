import { epochMs, type Feedback } from '#libs/contract';
import { feedbackMeasures, scopeRefs, type ScopeIds } from '#libs/domain';
import type { InputRecord } from '../stage.js';
import { canonicalText } from './convert-interaction.js';
import type { CostTaskParts } from './cost-contacts.js';

/** Feedback: it costs nothing, but it counts in windows and moves the clock. */
export class Observations {
  constructor(private readonly parts: CostTaskParts) {}

  takeFeedback(record: InputRecord, feedback: Feedback): void {
    const { journal, memory, clock, panes, options, dependencies } = this.parts;
    const atMs = epochMs(feedback.at);
    const hash = dependencies.fingerprint(canonicalText(feedback));
    const known = memory.find('feedback', feedback.feedbackId, clock.watermarkMs);
    if (known) {
      if (known.hash === hash) journal.fate('duplicate');
      else journal.reject('feedback', record, 'conflict', 'the same feedbackId came before with other content');
      return;
    }
    memory.remember(feedback.feedbackId, { type: 'feedback', hash, atMs });
    const late = this.isLate(atMs);
    const ids = this.scopeIds(feedback);
    const measures = feedbackMeasures(feedback.kind, feedback.score);
    panes.add(scopeRefs(ids, options.scopes), atMs, measures, late);
    if (!late) panes.addCell(ids, atMs, measures);
    journal.fate(late ? 'late' : 'counted');
    clock.observe('feedback', atMs);
  }

  /** The scopes that the feedback names; those that it does not, from its interaction while that is remembered. */
  private scopeIds(feedback: Feedback): ScopeIds {
    const { memory, clock, dependencies } = this.parts;
    const contact =
      feedback.interactionId === undefined
        ? undefined
        : memory.find('contact', feedback.interactionId, clock.watermarkMs);
    const { agentId, vendorId, channel, topic, stage } = feedback;
    const team =
      agentId === undefined
        ? undefined
        : dependencies.reference.current().rateBook.agent(agentId, epochMs(feedback.at))?.team;
    return {
      ...(team !== undefined && { team }),
      ...contact?.ids,
      ...(agentId !== undefined && { agent: agentId }),
      ...(vendorId !== undefined && { vendor: vendorId }),
      ...(channel !== undefined && { channel }),
      ...(topic !== undefined && { topic }),
      ...(stage !== undefined && { stage }),
    };
  }

  private isLate(atMs: number): boolean {
    const { watermarkMs } = this.parts.clock;
    return watermarkMs !== undefined && atMs < watermarkMs - this.parts.options.windowing.graceMs;
  }
}
