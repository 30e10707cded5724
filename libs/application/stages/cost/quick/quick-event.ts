import { costEventHeaders } from '#libs/contract';
import { rfc3339 } from '#libs/domain';
import { HeaderTemplate } from '../../bytes/header-template.js';
import { AsciiCopy, prepare, putPrepared, type PreparedBytes } from '../../bytes/prepared-bytes.js';
import { putDecimal, putMicros, putRange, putVarint, putWhole } from '../../bytes/put.js';
import type { RecordBlock } from '../../bytes/record-block.js';
import type { ValuePlace } from '../../bytes/value-place.js';
import { TIME_BYTES, TimeBytes } from '../../bytes/time-bytes.js';
import { FIELD } from './interaction-fields.js';
import type { InteractionScan } from './interaction-scan.js';
import type { Name } from './names.js';
import type { QuickItem, QuickRating } from './quick-rating.js';

/** Longest id of an interaction whose cost event's id is put together plainly: see `costEventId`. */
export const MAX_PLAIN_ID = 114;

/** Bytes of a record apart from its key, ids, names and lines. */
const OVERHEAD_BYTES = 1_500;
/** A value of so many bytes has a length of two. */
const MOST_BYTES = 8_000;
const HEAD = prepare('{"costEventId":"interaction:');
const SOURCE = prepare(':0","source":"interaction","sourceId":"');
const OCCURRED = prepare('","revision":0,"occurredAt":"');
const QUOTE = 34;
const HANDLE = prepare(',"handleSeconds":');
const AMOUNT = prepare(',"amount":"');
const LINES = prepare('},"lines":[');
const LINE_END = prepare('"}');
const END = prepare(']}');
const EVENT_ID = prepare('interaction:');
const REVISION = prepare(':0');
const COMMA = 44;
/** Of a `:` and the revision, and `interaction:`. */
const EVENT_ID_BYTES = EVENT_ID.length + REVISION.length;

/** In the order of `contactCostEvent`; team and region are those that were found. */
const BEFORE_TEAM = [FIELD.agentId, FIELD.vendorId, FIELD.botId, FIELD.channel] as const;
const AFTER_REGION = [FIELD.topic, FIELD.stage, FIELD.customerTier, FIELD.complexity, FIELD.outcome] as const;

/**
 * Writes the cost event of a contact's first copy, straight into a block of records: the same bytes as by way of
 * `contactCostEvent` and `encodeCostEvent`, which a test holds it against.
 */
export class QuickEvent {
  private readonly occurredAt = new TimeBytes(rfc3339);
  private readonly headers = new HeaderTemplate(
    costEventHeaders({ costEventId: '', occurredAt: '', sourceId: '' }, false),
    ['ce_id', 'ce_time', 'ce_subject'],
  );
  private readonly id = new AsciiCopy(MAX_PLAIN_ID);
  private currency = '';
  private beforeSums: PreparedBytes = prepare('');

  constructor(
    private readonly scan: InteractionScan,
    private readonly rating: QuickRating,
  ) {}

  /** False, and nothing is written, where names are so long that lengths would take more bytes than usual. */
  write(block: RecordBlock, place: ValuePlace, endedAtMs: number, currency: string): boolean {
    const { scan, rating, id } = this;
    const { keyBytes, keyFrom, keyTo } = place;
    const keyLength = keyTo - keyFrom;
    id.take(scan.bytes, scan.from[FIELD.interactionId] as number, scan.to[FIELD.interactionId] as number);
    // Names stand in the contact as they do here, but for those that are known of its agent.
    const nameBytes = place.to - place.from + fieldBytes(rating.team) + fieldBytes(rating.region);
    const room = OVERHEAD_BYTES + keyLength + 4 * id.length + nameBytes + lineBytes(rating);
    if (room > MOST_BYTES) return false;
    if (currency !== this.currency) {
      this.currency = currency;
      this.beforeSums = prepare(`","currency":${JSON.stringify(currency)},"breakdown":{`);
    }
    block.begin(room);
    const { bytes, view } = block;
    let at = putVarint(bytes, block.at, keyLength);
    at = putRange(bytes, at, keyBytes, keyFrom, keyTo);
    // A value takes 64 to 8191 bytes, as its fields are limited: two bytes for its length.
    const valueAt = at + 2;
    at = this.writeValue(bytes, view, valueAt, endedAtMs);
    putVarint(bytes, valueAt - 2, at - valueAt);
    block.at = this.writeHeaders(bytes, view, at, endedAtMs);
    block.end();
    return true;
  }

  private writeValue(bytes: Uint8Array, view: DataView, from: number, endedAtMs: number): number {
    const { scan, rating, id } = this;
    let at = id.put(view, putPrepared(view, from, HEAD));
    at = id.put(view, putPrepared(view, at, SOURCE));
    at = putPrepared(view, at, OCCURRED);
    at = this.occurredAt.put(view, at, endedAtMs);
    bytes[at++] = QUOTE;
    for (const field of BEFORE_TEAM) at = putName(view, at, scan.name(field));
    at = putName(view, at, rating.team);
    at = putName(view, at, scan.name(FIELD.queue));
    at = putName(view, at, rating.region);
    for (const field of AFTER_REGION) at = putName(view, at, scan.name(field));
    if (scan.names[FIELD.handledBy]?.text !== 'bot') {
      at = putPrepared(view, at, HANDLE);
      at = putDecimal(bytes, at, rating.handleMs, 3, 0);
    }
    return this.writeMoney(bytes, view, at);
  }

  private writeMoney(bytes: Uint8Array, view: DataView, from: number): number {
    const { handler, channel } = this.rating;
    let at = putPrepared(view, from, AMOUNT);
    at = putMicros(bytes, at, handler.amountMicros + channel.amountMicros);
    at = putPrepared(view, at, this.beforeSums);
    const isOneSum = handler.item && handler.item.field === channel.item?.field;
    at = putSum(bytes, view, at, handler, isOneSum ? channel.amountMicros : 0);
    if (channel.item && !isOneSum) {
      if (handler.item) bytes[at++] = COMMA;
      at = putSum(bytes, view, at, channel, 0);
    }
    at = putPrepared(view, at, LINES);
    at = putLines(bytes, view, at, handler);
    if (handler.item && channel.item) bytes[at++] = COMMA;
    at = putLines(bytes, view, at, channel);
    return putPrepared(view, at, END);
  }

  private writeHeaders(bytes: Uint8Array, view: DataView, from: number, endedAtMs: number): number {
    const { headers, id } = this;
    let at = headers.putUpTo(0, view, from);
    at = putVarint(bytes, at, EVENT_ID_BYTES + id.length);
    at = putPrepared(view, at, EVENT_ID);
    at = putPrepared(view, id.put(view, at), REVISION);
    at = headers.putUpTo(1, view, at);
    at = this.occurredAt.put(view, putVarint(bytes, at, TIME_BYTES), endedAtMs);
    at = headers.putUpTo(2, view, at);
    at = id.put(view, putVarint(bytes, at, id.length));
    return headers.putUpTo(3, view, at);
  }
}

function fieldBytes(name: Name | undefined): number {
  return name ? name.fieldBytes.length : 0;
}

function lineBytes({ handler, channel }: QuickRating): number {
  return (handler.item?.lineBytes ?? 0) + (channel.item?.lineBytes ?? 0);
}

function putName(view: DataView, at: number, name: Name | undefined): number {
  return name ? putPrepared(view, at, name.fieldBytes) : at;
}

function putSum(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  { item, amountMicros }: QuickItem,
  moreMicros: number,
): number {
  if (!item) return at;
  const end = putMicros(bytes, putPrepared(view, at, item.sumHead), amountMicros + moreMicros);
  bytes[end] = QUOTE;
  return end + 1;
}

function putLines(bytes: Uint8Array, view: DataView, from: number, { item, quantity, parts }: QuickItem): number {
  if (!item) return from;
  let at = from;
  for (let line = 0; line < item.lineHeads.length; line += 1) {
    if (line > 0) bytes[at++] = COMMA;
    at = putPrepared(view, at, item.lineHeads[line] as PreparedBytes);
    at = item.quantity === 'contact' ? putWhole(bytes, at, quantity) : putDecimal(bytes, at, quantity, 3, 0);
    at = putPrepared(view, at, item.lineMiddle);
    at = putPrepared(view, putMicros(bytes, at, parts[line] as number), LINE_END);
  }
  return at;
}
