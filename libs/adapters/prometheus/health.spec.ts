import { answerHealth } from './health.js';

describe('answerHealth', () => {
  const details = { partition: 'restoring 3 of 8' };

  it('answers each question for itself', () => {
    const check = () => ({ live: true, ready: false, details });
    expect(answerHealth(check, 'live')).toEqual({ statusCode: 200, body: { status: 'ok', details } });
    expect(answerHealth(check, 'ready')).toEqual({ statusCode: 503, body: { status: 'failing', details } });
  });

  it('does not call a process ready that must be restarted', () => {
    const check = () => ({ live: false, ready: true, details });
    expect(answerHealth(check, 'live').statusCode).toBe(503);
    expect(answerHealth(check, 'ready').statusCode).toBe(503);
  });

  it('takes a check that throws for a no, with the reason', () => {
    const check = () => {
      throw new Error('no state');
    };
    expect(answerHealth(check, 'live')).toEqual({
      statusCode: 503,
      body: { status: 'failing', details: { healthCheck: 'failed: no state' } },
    });
  });
});
