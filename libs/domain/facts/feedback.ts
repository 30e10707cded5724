import { emptyMeasures, type Measures } from './measures.js';

export type FeedbackKind = 'csat' | 'complaint' | 'quality-error';

/** What a piece of feedback counts as in a window, at its own time. `score` is 0 to 100, csat only. */
export function feedbackMeasures(kind: FeedbackKind, score: number | undefined): Measures {
  const measures = emptyMeasures();
  switch (kind) {
    case 'csat':
      measures.csatCount = 1;
      measures.csatMicros = Math.round((score ?? 0) * 1e6);
      return measures;
    case 'complaint':
      measures.complaints = 1;
      return measures;
    case 'quality-error':
      measures.errors = 1;
      return measures;
  }
}
