import { costEventHeaders } from '#libs/contract';
import { rfc3339 } from '#libs/domain';
import { HeaderTemplate } from '../../bytes/header-template.js';
import { bytesOf, putBytes, putDecimal, putMicros, putRange, putVarint, putWhole, TimeBytes } from '../../bytes/put.js';
import type { RecordBlock } from '../../bytes/record-block.js';
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
/** Bytes of a line apart from its head. */
const LINE_BYTES = 160;
const HEAD = bytesOf('{"costEventId":"interaction:');
const SOURCE = bytesOf(':0","source":"interaction","sourceId":"');
const OCCURRED = bytesOf('","revision":0,"occurredAt":"');
const QUOTE = bytesOf('"');
const HANDLE = bytesOf(',"handleSeconds":');
const AMOUNT = bytesOf(',"amount":"');
const BREAKDOWN = bytesOf(',"breakdown":{');
const LINES = bytesOf('},"lines":[');
const LINE_END = bytesOf('"}');
const END = bytesOf(']}');
const EVENT_ID = bytesOf('interaction:');
const REVISION = bytesOf(':0');
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
  private currency = '';
  private currencyBytes: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly scan: InteractionScan,
    private readonly rating: QuickRating,
  ) {}

  /** False, and nothing is written, where names are so long that lengths would take more bytes than usual. */
  write(block: RecordBlock, key: Uint8Array, endedAtMs: number, currency: string): boolean {
    const id = this.idLength;
    const room = OVERHEAD_BYTES + key.length + 4 * id + this.variableBytes();
    if (room > MOST_BYTES) return false;
    if (currency !== this.currency) {
      this.currency = currency;
      this.currencyBytes = bytesOf(`","currency":${JSON.stringify(currency)}`);
    }
    block.begin(room);
    const { bytes } = block;
    let at = putVarint(bytes, block.at, key.length);
    at = putBytes(bytes, at, key);
    // A value takes 64 to 8191 bytes, as its fields are limited: two bytes for its length.
    const valueAt = at + 2;
    at = this.writeValue(bytes, valueAt, endedAtMs);
    putVarint(bytes, valueAt - 2, at - valueAt);
    at = this.writeHeaders(bytes, at, endedAtMs);
    block.at = at;
    block.end();
    return true;
  }

  private get idLength(): number {
    return (this.scan.to[FIELD.interactionId] as number) - (this.scan.from[FIELD.interactionId] as number);
  }

  private variableBytes(): number {
    const { scan, rating } = this;
    let bytes = (rating.team?.fieldBytes.length ?? 0) + (rating.region?.fieldBytes.length ?? 0);
    for (const field of BEFORE_TEAM) bytes += scan.name(field)?.fieldBytes.length ?? 0;
    for (const field of AFTER_REGION) bytes += scan.name(field)?.fieldBytes.length ?? 0;
    bytes += scan.name(FIELD.queue)?.fieldBytes.length ?? 0;
    return bytes + lineBytes(rating.handler) + lineBytes(rating.channel);
  }

  private putId(bytes: Uint8Array, at: number): number {
    const { scan } = this;
    const from = scan.from[FIELD.interactionId] as number;
    return putRange(bytes, at, scan.bytes, from, scan.to[FIELD.interactionId] as number);
  }

  private writeValue(bytes: Uint8Array, from: number, endedAtMs: number): number {
    const { scan, rating } = this;
    let at = this.putId(bytes, putRange(bytes, from, HEAD, 0, HEAD.length));
    at = this.putId(bytes, putRange(bytes, at, SOURCE, 0, SOURCE.length));
    at = putRange(bytes, at, OCCURRED, 0, OCCURRED.length);
    at = this.occurredAt.put(bytes, at, endedAtMs);
    at = putBytes(bytes, at, QUOTE);
    for (const field of BEFORE_TEAM) at = putName(bytes, at, scan.name(field));
    at = putName(bytes, at, rating.team);
    at = putName(bytes, at, scan.name(FIELD.queue));
    at = putName(bytes, at, rating.region);
    for (const field of AFTER_REGION) at = putName(bytes, at, scan.name(field));
    if (scan.names[FIELD.handledBy]?.text !== 'bot') {
      at = putRange(bytes, at, HANDLE, 0, HANDLE.length);
      at = putDecimal(bytes, at, rating.handleMs, 3, 0);
    }
    return this.writeMoney(bytes, at);
  }

  private writeMoney(bytes: Uint8Array, from: number): number {
    const { handler, channel } = this.rating;
    let at = putRange(bytes, from, AMOUNT, 0, AMOUNT.length);
    at = putMicros(bytes, at, handler.amountMicros + channel.amountMicros);
    at = putBytes(bytes, at, this.currencyBytes);
    at = putRange(bytes, at, BREAKDOWN, 0, BREAKDOWN.length);
    const isOneSum = handler.item && handler.item.field === channel.item?.field;
    at = putSum(bytes, at, handler, isOneSum ? channel.amountMicros : 0);
    if (channel.item && !isOneSum) {
      if (handler.item) bytes[at++] = COMMA;
      at = putSum(bytes, at, channel, 0);
    }
    at = putRange(bytes, at, LINES, 0, LINES.length);
    at = putLines(bytes, at, handler);
    if (handler.item && channel.item) bytes[at++] = COMMA;
    at = putLines(bytes, at, channel);
    return putBytes(bytes, at, END);
  }

  private writeHeaders(bytes: Uint8Array, from: number, endedAtMs: number): number {
    const id = this.idLength;
    let at = this.headers.putUpTo(0, bytes, from);
    at = putVarint(bytes, at, EVENT_ID_BYTES + id);
    at = putRange(bytes, at, EVENT_ID, 0, EVENT_ID.length);
    at = putBytes(bytes, this.putId(bytes, at), REVISION);
    at = this.headers.putUpTo(1, bytes, at);
    at = this.occurredAt.put(bytes, putVarint(bytes, at, 24), endedAtMs);
    at = this.headers.putUpTo(2, bytes, at);
    at = this.putId(bytes, putVarint(bytes, at, id));
    return this.headers.putUpTo(3, bytes, at);
  }
}

function lineBytes({ item }: QuickItem): number {
  let bytes = 0;
  for (const head of item?.lineHeads ?? []) bytes += head.length + LINE_BYTES;
  return bytes;
}

function putName(bytes: Uint8Array, at: number, name: Name | undefined): number {
  return name ? putRange(bytes, at, name.fieldBytes, 0, name.fieldBytes.length) : at;
}

function putSum(bytes: Uint8Array, at: number, { item, amountMicros }: QuickItem, moreMicros: number): number {
  if (!item) return at;
  const end = putMicros(bytes, putBytes(bytes, at, item.sumHead), amountMicros + moreMicros);
  return putBytes(bytes, end, QUOTE);
}

function putLines(bytes: Uint8Array, from: number, { item, quantity, parts }: QuickItem): number {
  if (!item) return from;
  let at = from;
  for (let line = 0; line < item.lineHeads.length; line += 1) {
    const head = item.lineHeads[line] as Uint8Array;
    if (line > 0) bytes[at++] = COMMA;
    at = putRange(bytes, at, head, 0, head.length);
    at = item.quantity === 'contact' ? putWhole(bytes, at, quantity) : putDecimal(bytes, at, quantity, 3, 0);
    at = putRange(bytes, at, item.lineMiddle, 0, item.lineMiddle.length);
    at = putBytes(bytes, putMicros(bytes, at, parts[line] as number), LINE_END);
  }
  return at;
}
