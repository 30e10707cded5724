import {
  advanceEarly,
  isJudgedEarly,
  least,
  type AppliedRule,
  type EpisodeInput,
  type EpisodeState,
  type Micros,
  type SignalMessage,
} from '#libs/domain';
import { judgeRule, toNextVerdict, type Judgement } from './judge-rule.js';
import type { ScopeView } from './scope-view.js';
import { unlessOverflow } from './unless-overflow.js';

/** The rules of a scope, or a part of its spend, at one minute, and what they are judged on. */
export interface OpenMinute {
  readonly minuteMs: number;
  readonly rules: readonly AppliedRule[];
  readonly view: () => ScopeView;
}

/** What is known of the episodes, by signal key. */
export interface KnownEpisodes {
  readonly keyOf: (rule: AppliedRule) => string;
  readonly stateOf: (key: string) => EpisodeState | undefined;
  readonly inputOf: (key: string, rule: AppliedRule, view: ScopeView, judgement: Judgement) => EpisodeInput;
}

/** What can be told ahead of the watermark: messages with the state after each, and how much more spend may bring another one. */
export interface ToldAhead {
  readonly told: readonly { readonly key: string; readonly state: EpisodeState; readonly message: SignalMessage }[];
  /** Within the last of the minutes; undefined: no spend brings any. */
  readonly moreMicros: Micros | undefined;
}

/**
 * Judges the minutes that the watermark has not reached, in order, on what has come of them; see `advanceEarly`.
 *
 * @param heardMs event time of what is known
 */
export function judgeAhead(minutes: Iterable<OpenMinute>, heardMs: number, known: KnownEpisodes): ToldAhead {
  /** State of each key as the verdicts so far would leave it; null where nothing more can be told ahead. */
  const states = new Map<string, EpisodeState | null>();
  const told: { key: string; state: EpisodeState; message: SignalMessage }[] = [];
  const more: Micros[] = [];
  for (const { minuteMs, rules, view: viewOf } of minutes) {
    const early = rules.filter(isJudgedEarly);
    if (early.length === 0) continue;
    const view = viewOf();
    for (const rule of early) {
      const key = known.keyOf(rule);
      const before = states.get(key);
      const judgement = before === null ? undefined : unlessOverflow(() => judgeRule(rule, view));
      if (!judgement) continue;
      const next = toNextVerdict(rule, view, judgement.verdict);
      if (next !== undefined) more.push(next);
      const input = known.inputOf(key, rule, view, judgement);
      const state = before ?? known.stateOf(key);
      const step = unlessOverflow(() => advanceEarly(state, judgement.verdict, minuteMs, heardMs, input));
      states.set(key, step?.state ?? null);
      if (step?.emit) told.push({ key, state: step.state, message: step.emit });
    }
  }
  return { told, moreMicros: least(more) };
}
