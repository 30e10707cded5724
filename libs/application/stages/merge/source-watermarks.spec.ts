import fc from 'fast-check';
import { NO_BILL_NEWS, type PanesMessage } from '../exchange/panes-message.js';
import { SourceWatermarks } from './source-watermarks.js';

const message = (source: number, watermarkMs: number | undefined, over: Partial<PanesMessage> = {}): PanesMessage => ({
  source,
  sources: 2,
  watermarkMs,
  idle: false,
  latestMs: watermarkMs === undefined ? undefined : watermarkMs + 10,
  panes: [],
  lines: [],
  revenues: [],
  cells: [],
  bills: NO_BILL_NEWS,
  ...over,
});

function heard(...messages: readonly PanesMessage[]): SourceWatermarks {
  const sources = new SourceWatermarks();
  for (const each of messages) sources.hear(each);
  return sources;
}

describe('SourceWatermarks', () => {
  it('knows nothing before every cost task was heard', () => {
    expect(new SourceWatermarks().watermarkMs).toBeUndefined();
    expect(heard(message(0, 100)).watermarkMs).toBeUndefined();
    expect(heard(message(0, 100), message(0, 200)).watermarkMs).toBeUndefined();
    expect(heard(message(0, 100), message(1, 50)).watermarkMs).toBe(50);
  });

  it('is the least of those that are not idle', () => {
    expect(heard(message(0, 100), message(1, 50, { idle: true })).watermarkMs).toBe(100);
    expect(heard(message(0, 100), message(1, undefined, { idle: true })).watermarkMs).toBe(100);
  });

  it('waits for one that is not idle and has no watermark yet', () => {
    expect(heard(message(0, 100), message(1, undefined)).watermarkMs).toBeUndefined();
  });

  it('is the largest where all are idle, and none where none ever had an event', () => {
    const idle = { idle: true };
    expect(heard(message(0, 100, idle), message(1, 50, idle)).watermarkMs).toBe(100);
    expect(heard(message(0, undefined, idle), message(1, undefined, idle)).watermarkMs).toBeUndefined();
  });

  it('waits again for one that is back from being idle, without going back', () => {
    const sources = heard(message(0, 100), message(1, 50, { idle: true }));
    sources.hear(message(1, 60));
    expect(sources.watermarkMs).toBe(100);
    sources.hear(message(0, 200));
    expect(sources.watermarkMs).toBe(100);
    sources.hear(message(1, 150));
    expect(sources.watermarkMs).toBe(150);
  });

  it('waits for partitions that were added', () => {
    const sources = heard(message(0, 100), message(1, 50));
    sources.hear(message(0, 200, { sources: 3 }));
    sources.hear(message(1, 200, { sources: 3 }));
    expect(sources.watermarkMs).toBe(50);
    sources.hear(message(2, 180, { sources: 3 }));
    expect(sources.watermarkMs).toBe(180);
  });

  it('shows the open values as of the largest event time, or of a watermark that went on alone', () => {
    expect(new SourceWatermarks().asOfMs).toBeUndefined();
    expect(heard(message(0, 100), message(1, 50)).asOfMs).toBe(110);
    expect(heard(message(0, 100, { latestMs: 20 }), message(1, 100, { latestMs: 30 })).asOfMs).toBe(100);
  });

  it('never goes back, and is the same restored at any point', () => {
    const messages = fc.array(
      fc.record({
        source: fc.nat({ max: 2 }),
        watermarkMs: fc.option(fc.nat({ max: 1_000 }), { nil: undefined, freq: 8 }),
        idle: fc.boolean(),
        restart: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(messages, (all) => {
        const live = new SourceWatermarks();
        let often = new SourceWatermarks();
        let highest = -Infinity;
        for (const { source, watermarkMs, idle, restart } of all) {
          for (const each of [live, often]) each.hear(message(source, watermarkMs, { idle, sources: 3 }));
          expect(live.watermarkMs ?? -Infinity).toBeGreaterThanOrEqual(highest);
          highest = live.watermarkMs ?? -Infinity;
          if (restart) {
            const state = JSON.parse(JSON.stringify(often)) as ReturnType<SourceWatermarks['toJSON']>;
            often = new SourceWatermarks();
            often.restore(state);
          }
          expect([often.watermarkMs, often.asOfMs]).toEqual([live.watermarkMs, live.asOfMs]);
        }
      }),
    );
  });
});
