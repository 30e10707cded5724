import { emptyMeasures } from './measures.js';
import { feedbackMeasures } from './feedback.js';

describe('feedbackMeasures', () => {
  it('counts a score with what it adds up to, in millionths', () => {
    expect(feedbackMeasures('csat', 87.3)).toEqual({ ...emptyMeasures(), csatCount: 1, csatMicros: 87_300_000 });
    expect(feedbackMeasures('csat', 0)).toEqual({ ...emptyMeasures(), csatCount: 1 });
    expect(feedbackMeasures('csat', 33.3333337)).toMatchObject({ csatMicros: 33_333_334 });
  });

  it('counts complaints and quality errors, and no score with them', () => {
    expect(feedbackMeasures('complaint', 50)).toEqual({ ...emptyMeasures(), complaints: 1 });
    expect(feedbackMeasures('quality-error', undefined)).toEqual({ ...emptyMeasures(), errors: 1 });
  });
});
