import { emptyMeasures, type Measures } from '#libs/domain';
import { causeOfChanges, contentWithout, LateChanges, type LateChange } from './late-changes.js';

const ALL = { scope: 'all', id: 'all' } as const;
const spend = (labour: bigint, interactions = 0): Measures => ({ ...emptyMeasures(), labour, interactions });
const change = (tMs: number, delta: Measures, calendarOnly = false): LateChange => ({ tMs, calendarOnly, delta });

describe('LateChanges', () => {
  it('keeps changes by scope until they are cleared, also by way of JSON', () => {
    const changes = new LateChanges();
    changes.add(ALL, change(5, spend(7n, 1)));
    changes.add(ALL, change(6, spend(-7n), true));
    const restored = new LateChanges();
    restored.restore(JSON.parse(JSON.stringify(changes)) as ReturnType<LateChanges['toJSON']>);
    expect(restored.of(ALL)).toEqual([change(5, spend(7n, 1)), change(6, spend(-7n), true)]);
    expect(restored.of({ scope: 'agent', id: 'all' })).toEqual([]);
    restored.clear();
    expect(restored.of(ALL)).toEqual([]);
    expect(restored.toJSON()).toEqual([]);
  });
});

describe('contentWithout', () => {
  const content = spend(100n, 9);
  const changes = [
    change(0, spend(1n)),
    change(10, spend(20n, 1)),
    change(19, spend(40n), true),
    change(20, spend(2n)),
  ];

  it('takes away what changed in the stretch', () => {
    expect(contentWithout(changes, content, 10, 20, true)).toEqual(spend(40n, 8));
    expect(contentWithout(changes, content, 10, 20, false)).toEqual(spend(80n, 8));
    expect(content).toEqual(spend(100n, 9));
  });

  it('is the content where nothing changed', () => {
    expect(contentWithout([], content, 0, 100, true)).toBe(content);
  });
});

describe('causeOfChanges', () => {
  it('calls it a correction when something is taken back', () => {
    expect(causeOfChanges([change(0, spend(5n, 1)), change(0, spend(0n, 1))])).toBe('late');
    expect(causeOfChanges([change(0, spend(5n, 1)), change(0, spend(-1n))])).toBe('correction');
    expect(causeOfChanges([change(0, spend(5n, -1))])).toBe('correction');
  });
});
