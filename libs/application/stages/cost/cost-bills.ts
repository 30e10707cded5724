import { epochMs, type BillingLine, type Revenue } from '#libs/contract';
import {
  addAmount,
  divideHalfEven,
  emptyMeasures,
  fitsWire,
  parseMicros,
  type BillFacts,
  type Scope,
  type ScopeRef,
} from '#libs/domain';
import type { ChangelogEntry, InputRecord } from '../stage.js';
import { canonicalText } from './convert-interaction.js';
import { billingCostEvent } from './convert-cost-event.js';
import type { CostTaskParts } from './cost-contacts.js';

const LINE_KEY = 'bill/';
const REVENUE_KEY = 'revenue/';
const MILLION = 1_000_000n;

/** Id of the share that nobody's activity can carry (contract section 6). */
const UNALLOCATED = 'unallocated';

const WHOLE: ScopeRef = { scope: 'all', id: 'all' };

/** Of a bill's texts so much is kept for the patterns of rules. */
const TEXT_KEPT = 200;

/** Bills and revenue: told from their copies for ever, converted, and let accrue in their scopes. */
export class BillCosting {
  /** Changelog key to fingerprint of the content; unlimited, as bills are few and come again after months. */
  private readonly seen = new Map<string, string>();
  private added: ChangelogEntry[] = [];

  constructor(private readonly parts: CostTaskParts) {}

  takeLine(record: InputRecord, line: BillingLine): void {
    const { journal, panes, dependencies, tally } = this.parts;
    if (line.correctionOf !== undefined) {
      journal.reject(
        'billingLines',
        record,
        'unsupported',
        'corrections (correctionOf) are not costed by this version; replay the record after an upgrade',
      );
      return;
    }
    const key = LINE_KEY + line.lineId;
    const hash = dependencies.fingerprint(canonicalText(line));
    if (this.isCopy('billingLines', record, key, hash)) return;
    const billedAtMs = epochMs(line.billedAt);
    const { rateBook, reference } = dependencies.reference.current();
    const fxMicros = rateBook.fxMicros(line.currency, billedAtMs);
    if (fxMicros === undefined) {
      journal.reject('billingLines', record, 'no-fx-rate', `no rate for ${line.currency} in force at billedAt`);
      return;
    }
    const amountMicros = divideHalfEven(parseMicros(line.amount) * fxMicros, MILLION);
    if (!fitsWire(amountMicros)) {
      journal.reject('billingLines', record, 'overflow', 'the converted amount has more than ten integer digits');
      return;
    }
    this.keep(key, hash);
    const startMs = line.periodStart === undefined ? billedAtMs : epochMs(line.periodStart);
    const endMs = line.periodEnd === undefined ? billedAtMs : epochMs(line.periodEnd);
    for (const ref of this.scopesOf(line)) {
      const accrues = { lineId: line.lineId, dimension: line.dimension, amountMicros, startMs, endMs };
      panes.addLine({ ...ref, ...accrues, ...factsOf(line) });
    }
    const { currency } = reference.organisation;
    const cost = emptyMeasures();
    addAmount(cost, line.dimension, amountMicros);
    tally.addCost(line.allocate?.to === 'channel' ? line.allocate.id : undefined, currency, cost);
    const costLine = {
      dimension: line.dimension,
      ...(line.subcategory !== undefined && { subcategory: line.subcategory }),
      amountMicros,
    };
    journal.fate('counted');
    journal.publish(billingCostEvent(line, costLine, startMs, currency, dependencies.fingerprint), record.key, false);
  }

  /** Scope all, and the scope that the line names; what waits for a driver stands under `unallocated`. */
  private scopesOf(line: BillingLine): ScopeRef[] {
    const refs: ScopeRef[] = [WHOLE];
    if (line.allocate) refs.push({ scope: line.allocate.to, id: line.allocate.id ?? UNALLOCATED });
    const kept: ReadonlySet<Scope> = new Set(this.parts.options.scopes);
    return refs.filter(({ scope }) => kept.has(scope));
  }

  /** Revenue accrues over its period for the cost share of revenue; in windows it is not. */
  takeRevenue(record: InputRecord, revenue: Revenue): void {
    const { journal, panes, dependencies } = this.parts;
    const key = REVENUE_KEY + revenue.revenueId;
    const hash = dependencies.fingerprint(canonicalText(revenue));
    if (this.isCopy('revenue', record, key, hash)) return;
    const startMs = epochMs(revenue.periodStart);
    const atMs = revenue.billedAt === undefined ? startMs : epochMs(revenue.billedAt);
    const fxMicros = dependencies.reference.current().rateBook.fxMicros(revenue.currency, atMs);
    if (fxMicros === undefined) {
      journal.reject('revenue', record, 'no-fx-rate', `no rate for ${revenue.currency} in force at its date`);
      return;
    }
    const amountMicros = divideHalfEven(parseMicros(revenue.amount) * fxMicros, MILLION);
    if (!fitsWire(amountMicros)) {
      journal.reject('revenue', record, 'overflow', 'the converted amount has more than ten integer digits');
      return;
    }
    this.keep(key, hash);
    const endMs = epochMs(revenue.periodEnd);
    panes.addRevenue({ revenueId: revenue.revenueId, amountMicros, startMs, endMs });
    journal.fate('counted');
  }

  private isCopy(topic: 'billingLines' | 'revenue', record: InputRecord, key: string, hash: string): boolean {
    const known = this.seen.get(key);
    if (known === undefined) return false;
    if (known === hash) this.parts.journal.fate('duplicate');
    else this.parts.journal.reject(topic, record, 'conflict', 'the same id came before with other content');
    return true;
  }

  private keep(key: string, hash: string): void {
    this.seen.set(key, hash);
    this.added.push({ key, value: hash });
  }

  changes(): ChangelogEntry[] {
    const { added } = this;
    this.added = [];
    return added;
  }

  /** Takes a changelog entry back; false when it is not one of bills or revenue. */
  restore(key: string, value: Buffer | null): boolean {
    if (!key.startsWith(LINE_KEY) && !key.startsWith(REVENUE_KEY)) return false;
    if (value) this.seen.set(key, value.toString('utf8'));
    return true;
  }
}

function factsOf(line: BillingLine): BillFacts {
  const { bookedAs, promotion, subcategory, supplier, description, allocate } = line;
  const vendorId = allocate?.to === 'vendor' ? allocate.id : line.vendorId;
  const text = [supplier, description].filter((each) => each !== undefined).join(' ');
  return {
    ...(bookedAs !== undefined && { bookedAs }),
    ...(promotion === true && { promotion }),
    ...(subcategory !== undefined && { subcategory }),
    ...(vendorId !== undefined && { vendorId }),
    ...(text !== '' && { text: text.slice(0, TEXT_KEPT) }),
  };
}
