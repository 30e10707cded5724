import { rfc3339 } from '#libs/domain';
import {
  bytesOf,
  putBytes,
  putDecimal,
  putRange,
  putVarint,
  putWhole,
  TimeBytes,
} from '../../../libs/application/stages/bytes/put.js';
import type { RecordBlock } from '../../../libs/application/stages/bytes/record-block.js';
import { EVENT, type EventScan } from './event-scan.js';
import type { Key } from './key-table.js';

const ID = bytesOf('{"costEventId":"');
const SOURCE = bytesOf(':0","source":"interaction","sourceId":"');
const OCCURRED = bytesOf('","occurredAt":"');
const AGENT = bytesOf('","agentId":"');
const CHANNEL = bytesOf('","channel":"');
const REGION = bytesOf('","region":"');
const QUEUE = bytesOf('","queue":"');
const TIER = bytesOf('","customerTier":"');
const SECONDS = bytesOf('","handleSeconds":');
const AMOUNT = bytesOf(',"amount":"');
const CURRENCY = bytesOf('","currency":"');
const LABOUR = bytesOf('","breakdown":{"labour":"');
const SYSTEM = bytesOf('","system":"');
const OTHER = bytesOf('","outsourcing":"0.00","other":"');
const END = bytesOf('"}}');
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
    const { bytes } = block;
    const lengthAt = putBytes(bytes, putVarint(bytes, block.at, agent.bytes.length), agent.bytes);
    // Nearly all values are of 64 to 8191 bytes, so that their length takes two.
    const from = lengthAt + 2;
    let at = this.copy(bytes, put(bytes, from, ID), EVENT.id);
    at = this.copy(bytes, put(bytes, at, SOURCE), EVENT.id);
    at = this.time.put(bytes, put(bytes, at, OCCURRED), scan.values[EVENT.endedAt] as number);
    at = putBytes(bytes, put(bytes, at, AGENT), agent.bytes);
    at = this.copy(bytes, put(bytes, at, CHANNEL), EVENT.channel);
    at = this.copy(bytes, put(bytes, at, REGION), EVENT.region);
    at = this.copy(bytes, put(bytes, at, QUEUE), EVENT.queue);
    at = this.copy(bytes, put(bytes, at, TIER), EVENT.customerTier);
    at = putWhole(bytes, put(bytes, at, SECONDS), scan.values[EVENT.handleSeconds] as number);
    at = put(bytes, at, AMOUNT);
    const amountAt = at;
    at = putDecimal(bytes, at, amountMicros, 6, 6);
    const amountEnd = at;
    at = this.copy(bytes, put(bytes, at, CURRENCY), EVENT.currency);
    at = putRange(bytes, put(bytes, at, LABOUR), bytes, amountAt, amountEnd);
    at = this.copy(bytes, put(bytes, at, SYSTEM), EVENT.system);
    at = this.copy(bytes, put(bytes, at, OTHER), EVENT.other);
    block.at = put(bytes, at, END);
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

function put(bytes: Uint8Array, at: number, text: Uint8Array): number {
  return putRange(bytes, at, text, 0, text.length);
}
