import type { Calendar } from '#libs/domain';
import { CALLS_BY_HOUR, DEMAND_BY_WEEKDAY, DEMAND_FLOOR } from './calibration.js';

const HOUR_MS = 3_600_000;
const PEAK = Math.max(...CALLS_BY_HOUR);

/**
 * How much customers want at a time of day, as a share of the peak hour, between the floor and 1; straight lines between
 * the middles of the hours.
 */
export function demandAt(calendar: Calendar, atMs: number): number {
  const { hour, startMs, weekday } = calendar.hourOf(atMs);
  const sinceMiddle = (atMs - startMs) / HOUR_MS - 0.5;
  const neighbour = callsIn(hour + (sinceMiddle < 0 ? 23 : 1));
  const calls = callsIn(hour) + (neighbour - callsIn(hour)) * Math.abs(sinceMiddle);
  return Math.max(DEMAND_FLOOR, (calls / PEAK) * (DEMAND_BY_WEEKDAY[weekday] ?? 1));
}

function callsIn(hour: number): number {
  return CALLS_BY_HOUR[hour % 24] ?? 0;
}
