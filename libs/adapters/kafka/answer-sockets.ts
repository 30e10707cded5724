import { connect, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import Connection from 'kafkajs/src/network/connection.js';
import createSocketFactory from 'kafkajs/src/network/socketFactory.js';
import { batchBuffers } from '#libs/application';

/**
 * Sockets that hand kafkajs each answer in one piece. Left to itself, Node makes a buffer of 64 KiB for each read, and kafkajs
 * puts the pieces of a fetch together in another one: with all of a fetch made twice outside of the heap, the collector
 * has twice as much to do. Here an answer is read into the place where it stays, and that place may be used again.
 */

const KEEP_ALIVE_DELAY_MS = 60_000;
const LENGTH_BYTES = 4;
/** From this much on what is left of an answer is read into its place; less is copied there, with what comes behind it. */
const DIRECT_BYTES = 16_384;
/** An answer of 512 MiB is none: something else than Kafka listens there. */
const MOST_BYTES = 536_870_912;

/** From this much on an answer is read into a buffer of the pool. */
const POOLED_BYTES = 65_536;
/** The memory of such answers, until it is given back. Most of it never is, and goes with its answer. */
const lent = new WeakSet<ArrayBufferLike>();

/**
 * Takes back the memory of an answer, or of what lies in it: for whoever knows that nobody reads any of it any more. Does
 * nothing for what came otherwise, and when it is called again.
 */
export function giveBack(answer: Buffer): void {
  const { buffer } = answer;
  if (lent.delete(buffer)) batchBuffers.give(Buffer.from(buffer));
}

function roomFor(bytes: number): Buffer {
  if (bytes < POOLED_BYTES) return Buffer.allocUnsafe(bytes);
  const whole = batchBuffers.take(bytes);
  lent.add(whole.buffer);
  return whole.subarray(0, bytes);
}

/** What is read first, of all sockets: it is taken out again before another one reads. */
const shared = Buffer.allocUnsafeSlow(65_536);

/** Cuts what a socket reads into answers, each with its length in front. */
export class AnswerReader {
  private readonly length = Buffer.alloc(LENGTH_BYTES);
  private lengthRead = 0;
  private answer: Buffer | undefined;
  private filled = 0;

  constructor(private readonly onAnswer: (answer: Buffer) => void) {}

  /** Where the next bytes are to be read to. */
  room(): Buffer {
    const { answer, filled } = this;
    return answer && answer.length - filled >= DIRECT_BYTES ? answer.subarray(filled) : shared;
  }

  /** So many bytes were read to where {@link room} said. Throws a RangeError for what is no answer of Kafka. */
  read(count: number, room: Uint8Array): void {
    if (room !== shared) this.fill(count);
    else for (let at = 0; at < count;) at = this.take(at, count);
  }

  /** Takes what it can of the shared bytes in [from, to); gives where it ended. */
  private take(from: number, to: number): number {
    if (!this.answer) return this.takeLength(from, to);
    const end = Math.min(to, from + this.answer.length - this.filled);
    shared.copy(this.answer, this.filled, from, end);
    this.fill(end - from);
    return end;
  }

  private takeLength(from: number, to: number): number {
    const end = Math.min(to, from + LENGTH_BYTES - this.lengthRead);
    shared.copy(this.length, this.lengthRead, from, end);
    this.lengthRead += end - from;
    if (this.lengthRead === LENGTH_BYTES) this.begin(this.length.readInt32BE());
    return end;
  }

  private begin(length: number): void {
    if (length < 0 || length > MOST_BYTES) throw new RangeError(`an answer of ${String(length)} bytes`);
    this.answer = roomFor(LENGTH_BYTES + length);
    this.length.copy(this.answer);
    this.lengthRead = 0;
    this.filled = 0;
    this.fill(LENGTH_BYTES);
  }

  private fill(count: number): void {
    const { answer } = this;
    if (!answer) return;
    this.filled += count;
    if (this.filled < answer.length) return;
    this.answer = undefined;
    this.onAnswer(answer);
  }
}

/** Makes such sockets; with TLS they are kafkajs's own. */
export function answerSockets(): ISocketFactory {
  takeWholeAnswers();
  const stock = createSocketFactory();
  return (address) => (hasTls(address) ? stock(address) : answerSocket(address));
}

/** kafkajs's types have it that it always does. */
function hasTls({ ssl }: { readonly ssl?: object | undefined }): boolean {
  return Boolean(ssl);
}

function answerSocket({ host, port, onConnect }: Parameters<ISocketFactory>[0]): Socket {
  const reader = new AnswerReader((answer) => socket.emit('data', answer));
  const onread = {
    buffer: () => reader.room(),
    callback: (count: number, room: Uint8Array) => {
      try {
        reader.read(count, room);
      } catch (error) {
        socket.destroy(error as Error);
      }
      return true;
    },
  };
  const socket: Socket = connect({ host, port, onread }, onConnect);
  return socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
}

let installed = false;

/** kafkajs would put a whole answer together with the nothing that was left of the one before, in a buffer made for both. */
function takeWholeAnswers(): void {
  if (installed) return;
  installed = true;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const { processData } = Connection.prototype;
  Connection.prototype.processData = function (data) {
    if (this.bytesBuffered === 0) this.chunks = [];
    processData.call(this, data);
  };
}
