import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

import { ask } from './client.js';

/** What a page asked for. */
export interface Asked<Answer> {
  readonly answer: Answer | null;
  readonly problem: string | null;
  /** Asks again. */
  readonly refresh: () => void;
}

/**
 * Answers of the API to a reading request: asked when the page opens, when `path` changes, and every `everyMs`. What was
 * asked for before may be answered later: that is left out.
 */
export function useAnswer<Answer>(path: string, token: string | null, everyMs: number): Asked<Answer> {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const wanted = useRef(path);
  wanted.current = path;
  const refresh = useCallback(() => {
    ask<Answer>(path, { token })
      .then((next) => {
        if (wanted.current !== path) return;
        setAnswer(next);
        setProblem(null);
      })
      .catch((error: unknown) => {
        if (wanted.current === path) setProblem(error instanceof Error ? error.message : String(error));
      });
  }, [path, token]);
  useEffect(() => {
    setAnswer(null);
    refresh();
    const timer = setInterval(refresh, everyMs);
    return () => clearInterval(timer);
  }, [refresh, everyMs]);
  return { answer, problem, refresh };
}
