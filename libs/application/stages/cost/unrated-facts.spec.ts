import { UnratedFacts } from './unrated-facts.js';

const HOUR_MS = 3_600_000;

describe('UnratedFacts', () => {
  it('names whom no rate card was found for, each once, for an hour', () => {
    const unrated = new UnratedFacts();
    for (const subject of ['agent a', 'agent b', 'agent a']) unrated.note(subject);
    unrated.stamp(0);
    unrated.note('agent b');
    unrated.stamp(1000);
    expect(unrated.named(1000)).toEqual(['agent a', 'agent b']);
    expect(unrated.named(HOUR_MS)).toEqual(['agent b']);
    expect(unrated.named(HOUR_MS + 1000)).toEqual([]);
  });

  it('names a handful, however many there are', () => {
    const unrated = new UnratedFacts();
    for (let chunk = 0; chunk < 3; chunk += 1) {
      for (let agent = 0; agent < 1000; agent += 1) unrated.note(`agent ${chunk}-${agent}`);
      unrated.stamp(chunk);
    }
    expect(unrated.named(2)).toHaveLength(20);
    expect(unrated.named(2)[0]).toBe('agent 2-0');
  });
});
