import type { Signal } from '#libs/contract';

const MOST_CONTRIBUTORS = 5;

const CAUSES: Readonly<Record<Signal['cause'], string>> = {
  usage: 'usage',
  late: 'late data',
  correction: 'a correction of earlier data',
  'plan-change': 'a change of plan',
  expiry: 'expiry',
  clock: 'the clock alone',
};

/** What moved the signal, in words. */
export function causeText({ cause }: Signal): string {
  return CAUSES[cause];
}

/** The largest contributors: `channel voice 120.50 CNY (61%), ...`; empty if there are none. */
export function contributorsText({ contributors = [], currency = '' }: Signal): string {
  const shown = contributors.slice(0, MOST_CONTRIBUTORS).map(({ scope, id, amount, share }) => {
    const money = currency === '' ? amount : `${amount} ${currency}`;
    return `${scope} ${id} ${money} (${Math.round(share * 100)}%)`;
  });
  const more = contributors.length - shown.length;
  return shown.join(', ') + (more > 0 ? `, and ${more} more` : '');
}

/** Where the excess comes from: `total 12.00: volume 8.00, mix 1.00, efficiency 2.00, rate 1.00`; empty if not known. */
export function varianceText({ variance }: Signal): string {
  if (variance?.total === undefined) return '';
  const { total, volume, mix, efficiency, rate } = variance;
  const parts = Object.entries({ volume, mix, efficiency, rate }).filter(([, amount]) => amount !== undefined);
  return `total ${total}: ${parts.map(([name, amount]) => `${name} ${amount}`).join(', ')}`;
}

/** Where the console shows the signal. */
export function consoleLink(console: string, { signalKey }: Signal): string {
  return `${console}/#/signals/${encodeURIComponent(signalKey)}`;
}
