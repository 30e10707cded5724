import { Presets, SingleBar } from 'cli-progress';

/** A progress bar; nothing at all where there is no terminal. */
export interface Bar {
  advance(by: number): void;
  to(value: number): void;
  stop(): void;
}

/** Shows a bar of `total` on standard error, so that standard output holds the result alone. */
export function startBar(title: string, total: number): Bar {
  if (!process.stderr.isTTY) return { advance: () => undefined, to: () => undefined, stop: () => undefined };
  const bar = new SingleBar(
    { format: `${title} {bar} {percentage}% | {eta_formatted} left`, stream: process.stderr, clearOnComplete: true },
    Presets.shades_grey,
  );
  bar.start(total, 0);
  return {
    advance: (by) => bar.increment(by),
    to: (value) => bar.update(value),
    stop: () => bar.stop(),
  };
}
