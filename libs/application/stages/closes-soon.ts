import { floorTo } from '#libs/domain';

/** Several fetches long, of those that gather. */
const SOON_MS = 500;

/** Whether the watermark is so close to the end of its pane, where windows close, that what comes next may take it there. */
export function closesSoon(watermarkMs: number | undefined, paneMs: number): boolean {
  return watermarkMs !== undefined && floorTo(watermarkMs, paneMs) + paneMs - watermarkMs <= SOON_MS;
}
