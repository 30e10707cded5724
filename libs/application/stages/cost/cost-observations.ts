import { epochMs, type Feedback } from '#libs/contract';
import { feedbackMeasures, scopeRefs, type Measures, type ScopeIds, type ScopeRef } from '#libs/domain';
import type { InputRecord } from '../stage.js';
import { canonicalText } from './convert-interaction.js';
import type { CostTaskParts } from './cost-task-parts.js';

/** Feedback: it costs nothing, but it counts in windows and moves the clock. */
export class Observations {
  constructor(private readonly parts: CostTaskParts) {}

  takeFeedback(record: InputRecord, feedback: Feedback): void {
    const { journal, memory, clock, options, dependencies } = this.parts;
    const atMs = epochMs(feedback.at);
    const hash = dependencies.fingerprint(canonicalText(feedback));
    const known = memory.find('feedback', feedback.feedbackId, clock.watermarkMs);
    if (known) {
      if (known.hash === hash) journal.fate('duplicate');
      else journal.reject('feedback', record, 'conflict', 'the same feedbackId came before with other content');
      return;
    }
    memory.remember(feedback.feedbackId, { type: 'feedback', hash, atMs });
    const late = isLate(this.parts, atMs);
    const ids = this.scopeIds(feedback);
    book(this.parts, scopeRefs(ids, options.scopes), { ids, atMs, late }, measuresOf(feedback));
    this.awaitContact(feedback, ids);
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
    const { rateBook } = dependencies.reference.current();
    const atMs = epochMs(feedback.at);
    const team = agentId === undefined ? undefined : rateBook.agent(agentId, atMs)?.team;
    const groups = agentId === undefined ? undefined : rateBook.groupsOf(agentId, atMs);
    return {
      ...(team !== undefined && { team }),
      ...(groups !== undefined && { groups }),
      ...contact?.ids,
      ...(agentId !== undefined && { agent: agentId }),
      ...(vendorId !== undefined && { vendor: vendorId }),
      ...(channel !== undefined && { channel }),
      ...(topic !== undefined && { topic }),
      ...(stage !== undefined && { stage }),
    };
  }

  /** What names a contact that is not known may have come before it, and then counts in that contact's scopes as well. */
  private awaitContact({ feedbackId, interactionId, kind, score, at }: Feedback, named: ScopeIds): void {
    const { memory, clock, waiting } = this.parts;
    if (interactionId === undefined || memory.find('contact', interactionId, clock.watermarkMs)) return;
    const atMs = epochMs(at);
    waiting.wait({ feedbackId, interactionId, kind, ...(score !== undefined && { score }), atMs, named });
  }
}

/** A contact came that feedback has been waiting for: books that in the scopes that it is not in yet. */
export function bookWaiting(parts: CostTaskParts, interactionId: string, contactIds: ScopeIds): void {
  const { scopes } = parts.options;
  for (const waiting of parts.waiting.takeFor(interactionId)) {
    const { named, atMs } = waiting;
    const booked = new Set(scopeRefs(named, scopes).map(({ scope }) => scope));
    const ids = { ...contactIds, ...named };
    const refs = scopeRefs(ids, scopes).filter(({ scope }) => !booked.has(scope));
    const late = isLate(parts, atMs);
    const isInCell = named.channel !== undefined && (named.vendor ?? named.agent) !== undefined;
    book(parts, refs, { ids: isInCell ? {} : ids, atMs, late }, measuresOf(waiting));
  }
}

function measuresOf({ kind, score }: Pick<Feedback, 'kind' | 'score'>): Measures {
  return feedbackMeasures(kind, score);
}

/** `ids`: of the cell that it belongs to. */
function book(
  { panes }: CostTaskParts,
  refs: readonly ScopeRef[],
  { ids, atMs, late }: { readonly ids: ScopeIds; readonly atMs: number; readonly late: boolean },
  measures: Measures,
): void {
  panes.add(refs, atMs, measures, late);
  if (!late) panes.addCell(ids, atMs, measures);
}

function isLate({ clock, options }: CostTaskParts, atMs: number): boolean {
  const { watermarkMs } = clock;
  return watermarkMs !== undefined && atMs < watermarkMs - options.windowing.graceMs;
}
