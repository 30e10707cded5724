import { SingleBar } from 'cli-progress';

/** A bar on the screen (a line now and then where there is none); `total` in whatever unit `update` counts in. */
export function progressBar(title: string, total: number): SingleBar {
  const progress = new SingleBar({
    format: `${title.padEnd(34)} {bar} {value}/{total}`,
    clearOnComplete: true,
    hideCursor: null,
    noTTYOutput: false,
    barsize: 24,
  });
  progress.start(total, 0);
  return progress;
}

/** For what cannot say how far it is. */
export function say(text: string): void {
  console.error(text);
}
