import type { Interaction } from '#libs/contract';
import {
  addAmount,
  contactMeasures,
  copyMeasures,
  negated,
  numberOf,
  rateContact,
  scopeIdsOf,
  scopeRefs,
  subtractInto,
  type Contact,
  type Measures,
} from '#libs/domain';
import type { InputRecord } from '../stage.js';
import { CostEventRecords } from './cost-event-records.js';
import { contactOf } from './convert-interaction.js';
import type { RememberedContact } from './fact-memory.js';
import { bookWaiting } from './cost-observations.js';
import type { CostTaskParts } from './cost-task-parts.js';
import { contentHashOf } from './quick/content-hash.js';

/** Contacts: told from their copies, costed, booked where they end. */
export class ContactCosting {
  private readonly events: CostEventRecords;

  constructor(private readonly parts: CostTaskParts) {
    this.events = new CostEventRecords(parts.dependencies.fingerprint);
  }

  take(record: InputRecord, interaction: Interaction): void {
    const { journal, memory, clock, dependencies } = this.parts;
    const contact = contactOf(interaction, dependencies.reference.current().rateBook);
    const hash = contentHashOf(interaction);
    const known = memory.find('contact', contact.interactionId, clock.watermarkMs);
    if (!known) {
      this.cost(record, contact, hash, undefined);
      return;
    }
    const order = (contact.updatedAtMs ?? -Infinity) - (known.updatedAtMs ?? -Infinity);
    if (known.hash === hash) {
      journal.fate('duplicate');
      // It changes nothing but what is stale from now on.
      if (order > 0) memory.remember(contact.interactionId, { ...known, ...updatedAtOf(contact) });
    } else {
      if (order < 0) journal.fate('stale');
      else if (order > 0) this.cost(record, contact, hash, known);
      else {
        // NaN as well: neither copy says when it was changed, so nothing tells which is right.
        journal.reject(
          'interactions',
          record,
          'conflict',
          `interactionId ${contact.interactionId} came before with other content and the same updatedAt`,
        );
      }
    }
  }

  private cost(record: InputRecord, contact: Contact, hash: string, replaces: RememberedContact | undefined): void {
    const { journal, memory, clock, dependencies, options } = this.parts;
    const { rateBook, reference } = dependencies.reference.current();
    const rating = rateContact(contact, rateBook);
    if (!rating.ok) {
      journal.reject('interactions', record, rating.fault, rating.detail);
      return;
    }
    if (rating.unrated) {
      journal.count('spendline_unrated_total', {});
      this.parts.unrated.note(subjectOf(contact));
    }
    const { watermarkMs } = clock;
    const behindGrace = watermarkMs !== undefined && contact.endedAtMs < watermarkMs - options.windowing.graceMs;
    // A better copy corrects the windows that its first copy is in, however late it comes; one of a late contact stays late.
    const calendarOnly = replaces ? replaces.calendarOnly : behindGrace;
    const measures = contactMeasures(contact);
    for (const line of rating.lines) addAmount(measures, line.dimension, line.amountMicros);
    measures.overtime = rating.overtimeMicros;
    const ids = scopeIdsOf(contact);
    if (replaces) this.book(replaces, negated(replaces.measures));
    const remembered: RememberedContact = {
      type: 'contact',
      hash,
      atMs: contact.endedAtMs,
      ...updatedAtOf(contact),
      revision: replaces ? replaces.revision + 1 : 0,
      calendarOnly,
      ids,
      measures,
    };
    this.book(remembered, measures);
    memory.remember(contact.interactionId, remembered);
    if (!replaces) bookWaiting(this.parts, contact.interactionId, ids);
    this.countMetrics(contact, measures, replaces, reference.organisation.currency);
    journal.fate(!replaces && calendarOnly ? 'late' : 'counted');
    const { currency } = reference.organisation;
    const { revision } = remembered;
    const event = this.events.recordOf({ contact, lines: rating.lines, currency, revision, late: calendarOnly });
    journal.publishText(event, record.key);
    clock.observe('interactions', contact.endedAtMs);
  }

  private book(contact: RememberedContact, measures: Measures): void {
    const { panes, options, news } = this.parts;
    panes.add(scopeRefs(contact.ids, options.scopes), contact.atMs, measures, contact.calendarOnly);
    if (contact.calendarOnly) return;
    panes.addCell(contact.ids, contact.atMs, measures);
    news.drivers.booked(contact.ids, contact.atMs, measures);
  }

  private countMetrics(
    contact: Contact,
    measures: Measures,
    replaces: RememberedContact | undefined,
    currency: string,
  ): void {
    const { tally } = this.parts;
    if (replaces) {
      const difference = copyMeasures(measures);
      subtractInto(difference, replaces.measures);
      tally.addCost(contact.channel, currency, difference);
      return;
    }
    tally.addCost(contact.channel, currency, measures);
    const { channel, handledBy, outcome } = contact;
    tally.addInteraction({
      channel,
      handledBy,
      outcome,
      ...(handledBy !== 'bot' && { handleSeconds: numberOf(contact.handleSeconds) }),
    });
  }
}

/** Whom a price is missing for, in words. */
function subjectOf({ handledBy, agentId, vendorId, botId, channel }: Contact): string {
  return `${handledBy} ${{ agent: agentId, vendor: vendorId, bot: botId }[handledBy] ?? ''} on ${channel}`;
}

function updatedAtOf({ updatedAtMs }: Contact): { updatedAtMs?: number } {
  return updatedAtMs === undefined ? {} : { updatedAtMs };
}
