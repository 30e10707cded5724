import fc from 'fast-check';
import { TestScheduler } from 'rxjs/testing';

import { fixedOffsetCalendar } from '#libs/domain';

import { EMPTY_REFERENCE } from '../reference/index.js';
import { LiveFeed } from './live-feed.js';
import { LiveView } from './live-view.js';
import { liveOf, signalOf, windowOf } from './live-window.fixture.js';
import { applyDelta, type LiveSnapshot } from './wire/index.js';

const START_MS = Date.parse('2026-11-03T02:00:00.000Z');

function virtualTime(): TestScheduler {
  return new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });
}

function viewAndFeed(scheduler = virtualTime()): { view: LiveView; feed: LiveFeed } {
  const view = new LiveView({ calendarOf: () => fixedOffsetCalendar(8 * 3_600_000) });
  return { view, feed: new LiveFeed(view, { throttleMs: 500, scheduler }) };
}

/** One thing that can happen to the view. */
type Step =
  | { kind: 'live' | 'window'; scope: 'all' | 'channel' | 'agent'; id: string; minute: number; cents: number }
  | { kind: 'signal'; id: string; resolved: boolean }
  | { kind: 'gone'; id: string }
  | { kind: 'reference' };

function take(view: LiveView, step: Step): void {
  switch (step.kind) {
    case 'live':
    case 'window': {
      const endMs = START_MS + step.minute * 60_000;
      const id = step.scope === 'all' ? 'all' : step.id;
      const amount = (step.cents / 100).toFixed(2);
      const window = windowOf({ scope: step.scope, id, window: '5m', endMs, amount, interactions: step.cents % 7 });
      if (step.kind === 'window') view.acceptWindow(window);
      else view.acceptLive(liveOf(step.scope, id, endMs, { '5m': window, '1h': { ...window, window: '1h' } }), endMs);
      break;
    }
    case 'signal':
      view.acceptSignal(signalOf({ signalKey: step.id, status: step.resolved ? 'resolved' : 'firing' }));
      break;
    case 'gone':
      view.removeLive('channel', step.id);
      break;
    case 'reference':
      view.acceptReference(EMPTY_REFERENCE);
      break;
  }
}

const id = fc.constantFrom('a', 'b', 'c');
const figure = fc.record({
  kind: fc.constantFrom('live' as const, 'window' as const),
  scope: fc.constantFrom('all' as const, 'channel' as const, 'agent' as const),
  id,
  minute: fc.nat(800),
  cents: fc.nat(100_000),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: figure },
  fc.record({ kind: fc.constant('signal' as const), id, resolved: fc.boolean() }),
  fc.record({ kind: fc.constant('gone' as const), id }),
  fc.constant({ kind: 'reference' as const }),
);

describe('LiveFeed', () => {
  it('brings a reader of any version to the snapshot by one delta', () => {
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 8 }), (bursts) => {
        const { view, feed } = viewAndFeed();
        const seen: LiveSnapshot[] = [feed.snapshot()];
        for (const burst of bursts) {
          for (const one of burst) take(view, one);
          feed.touch();
          const snapshot = feed.snapshot();
          for (const earlier of seen) {
            const delta = feed.deltaSince(earlier.version);
            expect(delta ? applyDelta(earlier, delta) : earlier).toEqual(snapshot);
          }
          seen.push(snapshot);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('carries only what changed', () => {
    const { view, feed } = viewAndFeed();
    take(view, { kind: 'window', scope: 'all', id: '', minute: 0, cents: 100 });
    const { version } = feed.snapshot();
    take(view, { kind: 'window', scope: 'all', id: '', minute: 1, cents: 200 });
    take(view, { kind: 'signal', id: 'a', resolved: false });
    feed.touch();
    const delta = feed.deltaSince(version);
    expect(Object.keys(delta ?? {}).sort()).toEqual(['seriesTail', 'signals', 'version']);
    expect(delta?.seriesTail?.points).toEqual([{ at: START_MS + 60_000, amounts: ['2.00'] }]);
  });

  it('has no delta for versions that it never had', () => {
    const { feed } = viewAndFeed();
    const { version } = feed.snapshot();
    expect(feed.deltaSince(version)).toBeNull();
    for (const strange of [version + 1, -1, 0.5, Number.NaN]) expect(feed.deltaSince(strange)).toBeUndefined();
  });

  it('announces the first change at once, a burst once, and nothing for a touch that changed nothing', () => {
    const scheduler = virtualTime();
    scheduler.run(({ cold, expectObservable }) => {
      const { view, feed } = viewAndFeed(scheduler);
      const first = feed.snapshot().version;
      cold('- a 99ms b 99ms c 1s d', { a: 1, b: 2, c: 3, d: 3 }).subscribe((cents) => {
        take(view, { kind: 'live', scope: 'all', id: '', minute: 0, cents });
        feed.touch();
      });
      expectObservable(feed.changes$).toBe('- a 499ms b', { a: first + 1, b: first + 2 });
    });
  });
});
