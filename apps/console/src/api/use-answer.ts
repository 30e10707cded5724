import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

import { ask } from './client.js';
import { Turns } from './turns.js';

/** What a page asked for. */
export interface Asked<Answer> {
  readonly answer: Answer | null;
  readonly problem: string | null;
  /** Asks again. */
  readonly refresh: () => void;
}

/**
 * Answers of the API to a reading request: asked when the page opens, when `path` changes, and every `everyMs`. What was
 * asked for before may be answered later: that is left out. So is the state before a decision, where it was asked for just
 * before it and comes after the one that the decision made.
 */
export function useAnswer<Answer>(path: string, token: string | null, everyMs: number): Asked<Answer> {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const turns = useRef(new Turns()).current;
  const refresh = useCallback(() => {
    const turn = turns.ask();
    ask<Answer>(path, { token })
      .then((next) => {
        if (!turns.isNews(turn)) return;
        setAnswer(next);
        setProblem(null);
      })
      .catch((error: unknown) => {
        if (turns.isNews(turn)) setProblem(error instanceof Error ? error.message : String(error));
      });
  }, [path, token]);
  useEffect(() => {
    turns.begin();
    setAnswer(null);
    refresh();
    const timer = setInterval(refresh, everyMs);
    return () => clearInterval(timer);
  }, [refresh, everyMs]);
  return { answer, problem, refresh };
}
