import type { Organisation, RateCard } from '#libs/domain';
import { DEFAULT_ORGANISATION } from './defaults.js';
import { referenceKey, type ReferenceEntry } from './entry.js';

/** Groups that ever name an agent, whatever their dates. */
const MAX_GROUPS_OF_AGENT = 64;

/** What is wrong with an entry beside the others; `key` is its {@link referenceKey}, `field` a field of its wire form. */
export interface EntryFault {
  readonly key: string;
  readonly field: string;
  readonly message: string;
}

/**
 * What no entry can tell alone, over everything that is to hold together: two prices for the same thing from the same
 * moment, currencies that nobody can convert, and agents in more groups than are remembered with each contact.
 */
export function checkEntries(entries: readonly ReferenceEntry[]): EntryFault[] {
  return [...ambiguousRates(entries), ...currencyFaults(entries), ...crowdedAgents(entries)];
}

function ambiguousRates(entries: readonly ReferenceEntry[]): EntryFault[] {
  const faults: EntryFault[] = [];
  const first = new Map<string, RateCard>();
  for (const entry of entries) {
    if (entry.kind !== 'rate-card') continue;
    const card = entry.value;
    const subject = JSON.stringify([card.for, card.id, card.kind, card.unit, card.fromMs]);
    const other = first.get(subject);
    if (!other) {
      first.set(subject, card);
      continue;
    }
    const message = `begins with rate ${other.rateId}, which is for the same ${card.for} and kind: give one a later from`;
    faults.push({ key: referenceKey(entry), field: 'from', message });
  }
  return faults;
}

function currencyFaults(entries: readonly ReferenceEntry[]): EntryFault[] {
  const organisation: Organisation =
    entries.find((entry) => entry.kind === 'organisation')?.value ?? DEFAULT_ORGANISATION;
  const converted = new Set(entries.filter((entry) => entry.kind === 'fx-rate').map((entry) => entry.value.currency));
  const faults: EntryFault[] = [];
  for (const entry of entries) {
    if (entry.kind !== 'rate-card' && entry.kind !== 'budget' && entry.kind !== 'fx-rate') continue;
    const { currency } = entry.value;
    const fault = (message: string): unknown => faults.push({ key: referenceKey(entry), field: 'currency', message });
    if (entry.kind === 'fx-rate') {
      if (currency === organisation.currency)
        fault(`is the organisation's own currency, ${currency}, which needs no rate`);
    } else if (currency !== organisation.currency && !converted.has(currency)) {
      fault(`is ${currency}, the organisation's is ${organisation.currency}: add ${currency} to fxRates`);
    }
  }
  return faults;
}

/** The names of an agent's groups are kept with each of his contacts, in a place that has an end. */
function crowdedAgents(entries: readonly ReferenceEntry[]): EntryFault[] {
  const groups = new Map<string, Set<string>>();
  return entries.flatMap((entry) => {
    if (entry.kind !== 'agent-group') return [];
    const { groupId, agents } = entry.value;
    const crowded = agents.find((agentId) => {
      const named = groups.get(agentId) ?? new Set();
      groups.set(agentId, named.add(groupId));
      return named.size > MAX_GROUPS_OF_AGENT;
    });
    if (crowded === undefined) return [];
    const message = `has ${crowded}, who is in ${String(MAX_GROUPS_OF_AGENT)} groups already, the most there may be`;
    return [{ key: referenceKey(entry), field: 'agents', message }];
  });
}
