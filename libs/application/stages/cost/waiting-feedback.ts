import type { FeedbackKind, ScopeIds } from '#libs/domain';
import type { ChangelogEntry } from '../stage.js';
import { hashOfId } from './fact-memory.js';

const WAITING_KEY = 'waiting/';

/** Feedback that came before the contact it is about; `named` are the scopes that it has been booked in. */
export interface WaitingFeedback {
  readonly feedbackId: string;
  readonly interactionId: string;
  readonly kind: FeedbackKind;
  readonly score?: number;
  readonly atMs: number;
  readonly named: ScopeIds;
}

/**
 * Feedback whose contact is not known (yet): contacts and feedback lie in topics of their own, so in a backlog either may
 * be read first. Kept for the dedup horizon; most of it is about contacts that are forgotten, and waits in vain.
 */
export class WaitingRoom {
  /** By feedbackId, in order of arrival. */
  private readonly waiting = new Map<string, WaitingFeedback>();
  private readonly byContact = new Map<string, Set<string>>();
  /** Hash of the interactionId to how many wait for it. */
  private readonly hashes = new Map<number, number>();
  private added: ChangelogEntry[] = [];

  constructor(private readonly horizonMs: number) {}

  wait(feedback: WaitingFeedback): void {
    this.enter(feedback);
    this.added.push({ key: WAITING_KEY + feedback.feedbackId, value: JSON.stringify(feedback) });
  }

  /** Whether anything may wait for the contact with an id of this hash ({@link hashOfId}). */
  mayWaitFor(idHash: number): boolean {
    return this.hashes.size > 0 && this.hashes.has(idHash);
  }

  /** What waited for this contact, once. */
  takeFor(interactionId: string): WaitingFeedback[] {
    return [...(this.byContact.get(interactionId) ?? [])].flatMap((feedbackId) => this.leave(feedbackId) ?? []);
  }

  private enter(feedback: WaitingFeedback): void {
    const { feedbackId, interactionId } = feedback;
    if (this.waiting.has(feedbackId)) return;
    this.waiting.set(feedbackId, feedback);
    const others = this.byContact.get(interactionId);
    if (others) others.add(feedbackId);
    else this.byContact.set(interactionId, new Set([feedbackId]));
    const hash = hashOf(interactionId);
    this.hashes.set(hash, (this.hashes.get(hash) ?? 0) + 1);
  }

  private leave(feedbackId: string): WaitingFeedback | undefined {
    const feedback = this.waiting.get(feedbackId);
    if (!feedback) return undefined;
    const { interactionId } = feedback;
    this.waiting.delete(feedbackId);
    const others = this.byContact.get(interactionId);
    others?.delete(feedbackId);
    if (others?.size === 0) this.byContact.delete(interactionId);
    const hash = hashOf(interactionId);
    const left = (this.hashes.get(hash) ?? 0) - 1;
    if (left > 0) this.hashes.set(hash, left);
    else this.hashes.delete(hash);
    this.added.push({ key: WAITING_KEY + feedbackId, value: null });
    return feedback;
  }

  /** Changelog entries since the last call; what is older than the horizon waits no more. */
  changes(watermarkMs: number | undefined): ChangelogEntry[] {
    // In order of arrival, near enough of time: the first that is still to wait ends the search.
    for (const { feedbackId, atMs } of this.waiting.values()) {
      if (watermarkMs === undefined || atMs >= watermarkMs - this.horizonMs) break;
      this.leave(feedbackId);
    }
    const { added } = this;
    this.added = [];
    return added;
  }

  /** Takes a changelog entry back; false when it is none of waiting feedback. */
  restore(key: string, value: Buffer | null): boolean {
    if (!key.startsWith(WAITING_KEY)) return false;
    if (value) this.enter(JSON.parse(value.toString('utf8')) as WaitingFeedback);
    else this.leave(key.slice(WAITING_KEY.length));
    this.added = [];
    return true;
  }
}

function hashOf(interactionId: string): number {
  return hashOfId(Buffer.from(interactionId));
}
