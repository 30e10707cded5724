const COLOURS = 8;

/** The CSS colour of a channel: the same on the chart and in the table, by its place among the sorted channels. */
export function channelColour(channel: string, sortedChannels: readonly string[]): string {
  const index = sortedChannels.indexOf(channel);
  return index < 0 ? OUTSIDE_COLOUR : `var(--series-${String((index % COLOURS) + 1)})`;
}

/** The CSS colour of cost that no channel bears. */
export const OUTSIDE_COLOUR = 'var(--series-outside)';
