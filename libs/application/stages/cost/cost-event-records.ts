import { costEventHeaders } from '#libs/contract';
import { formatMicros, numberOf, rfc3339, type Contact, type CostLine, type Dimension } from '#libs/domain';
import { costEventId } from './convert-cost-event.js';

/** Texts that are remembered; a source that makes up names without end must not fill the memory. */
const MAX_TEXTS = 20_000;

/** What a cost event is made of. */
export interface CostedContact {
  readonly contact: Contact;
  readonly lines: readonly CostLine[];
  readonly currency: string;
  readonly revision: number;
  /** Came beyond the grace. */
  readonly late: boolean;
}

/** A cost event ready to send. */
export interface CostEventText {
  /** Where the fact's record has no key. */
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

/**
 * Cost events of contacts as records: what `encodeCostEvent(contactCostEvent(...))` gives, put together as text instead of
 * by way of an object. A test holds the two against each other.
 */
export class CostEventRecords {
  private readonly quoted = new QuotedTexts();

  constructor(private readonly fingerprint: (text: string) => string) {}

  recordOf({ contact, lines, currency, revision, late }: CostedContact): CostEventText {
    const { interactionId: sourceId } = contact;
    const id = costEventId('interaction', sourceId, revision, this.fingerprint);
    const occurredAt = rfc3339(contact.endedAtMs);
    const value =
      `{"costEventId":${JSON.stringify(id)},"source":"interaction","sourceId":${JSON.stringify(sourceId)}` +
      `,"revision":${String(revision)},"occurredAt":"${occurredAt}"${this.subjectText(contact)}` +
      `,"outcome":"${contact.outcome}"${handleText(contact)}${this.moneyText(lines, currency)}}`;
    const key = contact.agentId ?? contact.vendorId ?? contact.botId ?? sourceId;
    return { key, value, headers: costEventHeaders({ costEventId: id, occurredAt, sourceId }, late) };
  }

  /** Who and what the contact was, in the order of `contactCostEvent`. */
  private subjectText(contact: Contact): string {
    return (
      this.field('agentId', contact.agentId) +
      this.field('vendorId', contact.vendorId) +
      this.field('botId', contact.botId) +
      this.field('channel', contact.channel) +
      this.field('team', contact.team) +
      this.field('queue', contact.queue) +
      this.field('region', contact.region) +
      this.field('topic', contact.topic) +
      this.field('stage', contact.stage) +
      this.field('customerTier', contact.customerTier) +
      this.field('complexity', contact.complexity)
    );
  }

  private moneyText(lines: readonly CostLine[], currency: string): string {
    let totalMicros = 0n;
    let text = '';
    for (const line of lines) {
      totalMicros += line.amountMicros;
      text += text === '' ? this.lineText(line) : `,${this.lineText(line)}`;
    }
    const money = `,"amount":"${formatMicros(totalMicros)}","currency":${this.quoted.of(currency)}`;
    return `${money},"breakdown":{${breakdownText(lines)}},"lines":[${text}]`;
  }

  private lineText({ dimension, subcategory, rateId, quantity, unit, amountMicros }: CostLine): string {
    return (
      `{"dimension":"${dimension}"${this.field('subcategory', subcategory)}${this.field('rateId', rateId)}` +
      `${quantity === undefined ? '' : `,"quantity":${String(quantity)}`}${this.field('unit', unit)}` +
      `,"amount":"${formatMicros(amountMicros)}"}`
    );
  }

  private field(name: string, text: string | undefined): string {
    return text === undefined ? '' : `,"${name}":${this.quoted.of(text)}`;
  }
}

/** Names come again and again: they are put into quotes once. */
class QuotedTexts {
  private readonly known = new Map<string, string>();

  of(text: string): string {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const quoted = JSON.stringify(text);
    if (this.known.size >= MAX_TEXTS) this.known.clear();
    this.known.set(text, quoted);
    return quoted;
  }
}

/** A bot's handle time is nobody's. */
function handleText(contact: Contact): string {
  return contact.handledBy === 'bot' ? '' : `,"handleSeconds":${String(numberOf(contact.handleSeconds))}`;
}

/** Sums by dimension, in the order in which the dimensions first come. */
function breakdownText(lines: readonly CostLine[]): string {
  const [first, second] = lines;
  if (first === undefined) return '';
  if (second === undefined) return sumText(first.dimension, first.amountMicros);
  const sums = new Map<Dimension, bigint>();
  for (const { dimension, amountMicros } of lines) sums.set(dimension, (sums.get(dimension) ?? 0n) + amountMicros);
  return [...sums].map(([dimension, amountMicros]) => sumText(dimension, amountMicros)).join(',');
}

function sumText(dimension: Dimension, amountMicros: bigint): string {
  return `"${dimension}":"${formatMicros(amountMicros)}"`;
}
