import { isDeepStrictEqual } from 'node:util';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import requestDefinitions from 'kafkajs/src/protocol/requests/index.js';
import { batchBuffers } from '#libs/application';
import { giveBack } from './answer-sockets.js';
import { decodeFetchResponse, type FetchResponse } from './fetch-response.js';
import type { KafkaLogger } from './logger.js';
import { PackedBatch } from './packed-topic.js';
import { answered, encodeProduceRequest, isPacked, sent, type ProduceArguments } from './produce-request.js';
import { UnknownFormatError } from './record-batch-decoder.js';
import { RecordBatchEncoder } from './record-batch-encoder.js';
import { followWith, partsOf } from './request-parts.js';

/**
 * Puts our encoder and decoder of record batches in the place of those of kafkajs 2.2.4, which spend most of their time
 * on small buffers: ten times less CPU for a record that is sent, three times less for one that is read. Nothing but
 * bytes is concerned: connections, retries, transactions and groups stay kafkajs's.
 */

/** The only version of the fetch answer that is decoded here; kafkajs asks for it from every broker since Kafka 2.3. */
const FETCH_VERSION = 11;
const PRODUCE_VERSIONS = { first: 3, last: 7 };

interface Definition<Protocol> {
  readonly versions: readonly string[];
  protocol: (wanted: { readonly version: number }) => Protocol;
}

type Produce = (request: ProduceArguments) => { readonly request: ProduceRequest; readonly response: Answer };

interface ProduceRequest {
  encode(): Promise<InstanceType<typeof Encoder>>;
}

interface Answer {
  decode(bytes: Buffer): Promise<unknown>;
  parse(data: unknown): Promise<unknown>;
}

type Fetch = (request: object) => { readonly request: unknown; readonly response: Answer };

const requests = requestDefinitions.requests as {
  readonly Produce: Definition<Produce>;
  readonly Fetch: Definition<Fetch>;
};
const stock = { produce: requests.Produce.protocol, fetch: requests.Fetch.protocol };
let state: 'stock' | 'checking' | 'own' | 'refused' = 'stock';

/** Whether records are to be handed to kafkajs encoded, as a `PackedTopic`. */
export function ownCodecIsInUse(): boolean {
  return state === 'own';
}

/**
 * Takes our codec into use for every client of this process. Before, once, both codecs write and read the same sample: if
 * they differ, kafkajs's stays and a warning says so. Resolves when that is known; until then kafkajs's is used.
 */
export async function useOwnCodec(logger: KafkaLogger): Promise<void> {
  if (state !== 'stock') return;
  state = 'checking';
  const difference = await codecDifference().catch((error: unknown) => String(error));
  if (difference !== undefined) {
    state = 'refused';
    logger.warn({ difference }, 'kafkajs is not the 2.2.4 that our codec was written for: its own, slower one is used');
    return;
  }
  requests.Produce.protocol = ({ version }) => packedProduce(version, stock.produce({ version }));
  requests.Fetch.protocol = ({ version }) => quickFetch(version, stock.fetch({ version }));
  prependWithoutCopying();
  state = 'own';
}

function packedProduce(version: number, produce: Produce): Produce {
  if (version < PRODUCE_VERSIONS.first || version > PRODUCE_VERSIONS.last) return produce;
  return (wanted) => {
    const protocol = produce(wanted);
    if (!isPacked(wanted)) return protocol;
    let frame: Buffer | undefined;
    const encode = () => {
      const encoded = encodeProduceRequest(wanted, ROOM_BYTES);
      ({ frame } = encoded);
      sent(wanted);
      return Promise.resolve(encoderOf(encoded.parts));
    };
    const decode = (bytes: Buffer) => {
      // It was answered, so the socket has long let go of it. One that fails is left to the collector.
      if (frame) {
        batchBuffers.give(frame);
        answered(wanted);
      }
      frame = undefined;
      return protocol.response.decode(bytes);
    };
    return { ...protocol, request: { ...protocol.request, encode }, response: { ...protocol.response, decode } };
  };
}

/** Free bytes before the body of a request, enough for its header: kind, version, number, and the client's name. */
const ROOM_BYTES = 1_024;

/** What an encoder holds, where that lies behind free room of which `from` is the end, and what is to be sent behind it. */
interface WithRoom {
  readonly bytes: Buffer;
  readonly from: number;
  readonly behind: readonly Buffer[];
}

const withRoom = new WeakMap<InstanceType<typeof Encoder>, WithRoom>();

/** A request body as kafkajs wants it, without a copy; `parts` begin with free room. */
function encoderOf([bytes = NOTHING, ...behind]: readonly Buffer[]): InstanceType<typeof Encoder> {
  const encoder = new Encoder(1);
  hold(encoder, { bytes, from: ROOM_BYTES, behind });
  return encoder;
}

const NOTHING = Buffer.alloc(0);

function hold(encoder: InstanceType<typeof Encoder>, room: WithRoom): void {
  const head = room.bytes.subarray(room.from);
  const size = room.behind.reduce((sum, { length }) => sum + length, head.length);
  encoder.buf = head;
  encoder.offset = head.length;
  encoder.size = () => size;
  // kafkajs would cut a new one from it each time, that nothing follows.
  Object.defineProperty(encoder, 'buffer', { value: head });
  if (room.behind.length > 0) followWith(head, room.behind);
  withRoom.set(encoder, room);
}

/**
 * kafkajs copies a request's body behind its header and the whole behind its length, each time into a larger buffer full
 * of zeros. Where there is room before a body, what comes first is written there instead.
 */
function prependWithoutCopying(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const { writeEncoder } = Encoder.prototype;
  Encoder.prototype.writeEncoder = function (value) {
    const room = withRoom.get(value);
    if (!room) return writeEncoder.call(this, value);
    if (room.from < this.offset) {
      const whole = new Encoder(1);
      whole.buf = Buffer.concat(partsOf(value.buffer));
      whole.offset = whole.buf.length;
      return writeEncoder.call(this, whole);
    }
    const from = room.from - this.offset;
    this.buf.copy(room.bytes, from, 0, this.offset);
    hold(this, { ...room, from });
    return this;
  };
}

function quickFetch(version: number, fetch: Fetch): Fetch {
  if (version !== FETCH_VERSION) return fetch;
  return (wanted) => {
    const protocol = fetch(wanted);
    const { response } = protocol;
    const decode = (bytes: Buffer): Promise<unknown> =>
      decodeFetchResponse(bytes, () => giveBack(bytes)).catch((error: unknown) => {
        if (error instanceof UnknownFormatError) return response.decode(bytes);
        throw error;
      });
    return { ...protocol, response: { decode, parse: (data) => response.parse(data) } };
  };
}

/** What our codec and kafkajs's make of the same sample differently; undefined: nothing. */
async function codecDifference(): Promise<string | undefined> {
  const ours = Buffer.concat(encodeProduceRequest(sampleRequest(packedSample())).parts);
  const theirs = await stock.produce({ version: PRODUCE_VERSIONS.last })(sampleRequest(SAMPLE)).request.encode();
  if (!ours.equals(theirs.buffer)) return 'a produce request is encoded otherwise';
  const answer = fetchAnswerWith(recordSetOf(ours));
  const expected = await stock.fetch({ version: FETCH_VERSION })({}).response.decode(answer);
  const decoded = await decodeFetchResponse(answer);
  return isDeepStrictEqual(plain(decoded), plain(expected)) ? undefined : 'the answer to a fetch is decoded otherwise';
}

const SAMPLE_MS = 1_700_000_000_000;
const SAMPLE = [
  { key: 'agent-1', value: '{"interactionId":"i-1"}', headers: { ce_id: 'a', twice: ['b', 'ü'] } },
  { key: null, value: Buffer.alloc(9_000, 'x'), headers: {} },
  { key: Buffer.from([0, 255]), value: null, headers: { bytes: Buffer.from('c') } },
].map((record, index) => ({ ...record, timestamp: String(SAMPLE_MS + 200 * index) }));

function packedSample(): PackedBatch {
  const batch = new RecordBatchEncoder();
  for (const { timestamp, ...record } of SAMPLE) batch.add({ ...record, timestampMs: Number(timestamp) });
  return new PackedBatch(batch);
}

function sampleRequest(messages: unknown): ProduceArguments {
  const partitions = [{ partition: 3, firstSequence: 7, messages }];
  const producer = { transactionalId: 'sample', producerId: '4711', producerEpoch: 2 };
  return { acks: -1, timeout: 30_000, ...producer, topicData: [{ topic: 'sample', partitions }] };
}

/** The record set of the sample request stands at its end. */
function recordSetOf(request: Buffer): Buffer {
  const length = packedSample().batch.size;
  return request.subarray(request.length - length);
}

function fetchAnswerWith(recordSet: Buffer): Buffer {
  const partition = new Encoder().writeInt32(3).writeInt16(0).writeInt64(12).writeInt64(11).writeInt64(1);
  const aborted = new Encoder().writeInt64(5).writeInt64(6);
  partition.writeArray([aborted]).writeInt32(-1).writeBytes(recordSet);
  const topic = new Encoder().writeString('sample').writeArray([partition]);
  return new Encoder().writeInt32(0).writeInt16(0).writeInt32(0).writeArray([topic]).buffer;
}

/** Getters read, classes left behind: what a reader of kafkajs can see. */
function plain(response: unknown): unknown {
  const { responses } = response as FetchResponse;
  return responses.map(({ topicName, partitions }) => ({
    topicName,
    partitions: partitions.map((partition) => ({
      ...partition,
      messages: [...partition.messages].map(
        ({ magicByte, attributes, timestamp, offset, key, value, headers, isControlRecord, batchContext }) => ({
          ...{ magicByte, attributes, timestamp, offset, key, value, isControlRecord },
          headers: { ...headers },
          batchContext: { ...batchContext },
        }),
      ),
    })),
  }));
}
