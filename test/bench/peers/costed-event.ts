import { rfc3339 } from '#libs/domain';
import { prepare, putPrepared } from '../../../libs/application/stages/bytes/prepared-bytes.js';
import { putBytes, putDecimal, putRange, putVarint, putWhole } from '../../../libs/application/stages/bytes/put.js';
import type { RecordBlock } from '../../../libs/application/stages/bytes/record-block.js';
import { TimeBytes } from '../../../libs/application/stages/bytes/time-bytes.js';
import { EVENT, type EventScan } from './event-scan.js';
import type { Key } from './key-table.js';

const ID = prepare('{"costEventId":"');
const SOURCE = prepare(':0","source":"interaction","sourceId":"');
const OCCURRED = prepare('","occurredAt":"');
const AGENT = prepare('","agentId":"');
const CHANNEL = prepare('","channel":"');
const REGION = prepare('","region":"');
const QUEUE = prepare('","queue":"');
const TIER = prepare('","customerTier":"');
const SECONDS = prepare('","handleSeconds":');
const AMOUNT = prepare(',"amount":"');
const CURRENCY = prepare('","currency":"');
const LABOUR = prepare('","breakdown":{"labour":"');
const SYSTEM = prepare('","system":"');
const OTHER = prepare('","outsourcing":"0.00","other":"');
const END = prepare('"}}');
/** Most bytes of what is the same in all events, of times and of amounts. */
const FIXED_BYTES = 400;
const COPIED = [
  EVENT.channel,
  EVENT.region,
  EVENT.queue,
  EVENT.customerTier,
  EVENT.currency,
  EVENT.system,
  EVENT.other,
] as const;

/** Writes w3's costed event of an event that was read. */
export class CostedEvents {
  private readonly time = new TimeBytes(rfc3339);

  constructor(private readonly scan: EventScan) {}

  /** Adds the record to the block. `amountMicros`: what the event cost. */
  writeTo(block: RecordBlock, agent: Key, amountMicros: number): void {
    const { scan } = this;
    block.begin(FIXED_BYTES + this.variableBytes(agent));
    const { bytes, view } = block;
    const lengthAt = putBytes(bytes, putVarint(bytes, block.at, agent.bytes.length), agent.bytes);
    // Nearly all values are of 64 to 8191 bytes, so that their length takes two.
    const from = lengthAt + 2;
    let at = this.copy(bytes, putPrepared(view, from, ID), EVENT.id);
    at = this.copy(bytes, putPrepared(view, at, SOURCE), EVENT.id);
    at = this.time.put(view, putPrepared(view, at, OCCURRED), scan.values[EVENT.endedAt] as number);
    at = putBytes(bytes, putPrepared(view, at, AGENT), agent.bytes);
    at = this.copy(bytes, putPrepared(view, at, CHANNEL), EVENT.channel);
    at = this.copy(bytes, putPrepared(view, at, REGION), EVENT.region);
    at = this.copy(bytes, putPrepared(view, at, QUEUE), EVENT.queue);
    at = this.copy(bytes, putPrepared(view, at, TIER), EVENT.customerTier);
    at = putWhole(bytes, putPrepared(view, at, SECONDS), scan.values[EVENT.handleSeconds] as number);
    at = putPrepared(view, at, AMOUNT);
    const amountAt = at;
    at = putDecimal(bytes, at, amountMicros, 6, 6);
    const amountEnd = at;
    at = this.copy(bytes, putPrepared(view, at, CURRENCY), EVENT.currency);
    at = putRange(bytes, putPrepared(view, at, LABOUR), bytes, amountAt, amountEnd);
    at = this.copy(bytes, putPrepared(view, at, SYSTEM), EVENT.system);
    at = this.copy(bytes, putPrepared(view, at, OTHER), EVENT.other);
    block.at = putPrepared(view, at, END);
    block.writeLengthBefore(lengthAt, from);
    block.bytes[block.at++] = 0; // headers
    block.end();
  }

  private variableBytes(agent: Key): number {
    const { from, to } = this.scan;
    let bytes = 2 * agent.bytes.length + 2 * ((to[EVENT.id] as number) - (from[EVENT.id] as number));
    for (const field of COPIED) bytes += (to[field] as number) - (from[field] as number);
    return bytes;
  }

  private copy(bytes: Uint8Array, at: number, field: number): number {
    const { scan } = this;
    return putRange(bytes, at, scan.bytes, scan.from[field] as number, scan.to[field] as number);
  }
}
