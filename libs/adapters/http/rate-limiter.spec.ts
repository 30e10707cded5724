import { RateLimiter } from './rate-limiter.js';

describe('RateLimiter', () => {
  it('lets a minute’s requests pass at once, and then as many as flow in', () => {
    let nowMs = 0;
    const limiter = new RateLimiter({ perMinute: 6, now: () => nowMs });
    const taken = Array.from({ length: 7 }, () => limiter.take('a'));
    expect(taken).toEqual([0, 0, 0, 0, 0, 0, 10_000]);
    nowMs += 9_999;
    expect(limiter.take('a')).toBe(1);
    nowMs += 1;
    expect(limiter.take('a')).toBe(0);
    expect(limiter.take('a')).toBe(10_000);
  });

  it('counts each sender for himself, and never saves up more than a minute', () => {
    let nowMs = 0;
    const limiter = new RateLimiter({ perMinute: 1, now: () => nowMs });
    expect([limiter.take('a'), limiter.take('b')]).toEqual([0, 0]);
    nowMs += 3_600_000;
    expect([limiter.take('a'), limiter.take('a')]).toEqual([0, 60_000]);
  });
});
