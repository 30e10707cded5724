import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { API, type DescribedProducers, type DescribedTransaction, type Request } from '../kafka/protocol.js';

/** A request with its own bytes, as transaction-requests.ts sends it past kafkajs's broker. */
export interface Exchange {
  readonly request: { readonly apiKey: number; encode(): Promise<object> };
  readonly response: { decode(payload: Buffer): Promise<never>; parse(answer: never): Promise<object> };
}

/** Whether what goes to a connection is bytes of our own rather than what kafkajs's broker asks. */
export function isExchange(sent: Request | Exchange): sent is Exchange {
  return 'response' in sent;
}

/** What the bytes of a request ask for. */
export async function readRequest({ request }: Exchange): Promise<Request> {
  const decoder = new Decoder(((await request.encode()) as Encoder).buffer);
  decoder.readTaggedFields();
  if (request.apiKey === API.describeTransactions) {
    const [transactionalId = ''] = readArray(decoder, () => decoder.readUVarIntString() ?? '');
    return { api: 'describeTransactions', params: { transactionalId } };
  }
  const topics = readArray(decoder, () => {
    const topic = decoder.readUVarIntString() ?? '';
    const partitions = readArray(decoder, () => decoder.readInt32());
    decoder.readTaggedFields();
    return { topic, partitions };
  });
  return { api: 'describeProducers', params: { topics } };
}

/** The bytes of its answer, without the header that connections take off. */
export function writeAnswer(api: Request['api'], data: object): Buffer {
  const encoder = new Encoder().writeUVarInt(0).writeInt32(0);
  if (api === 'describeTransactions') writeTransaction(encoder, data as DescribedTransaction);
  else writeProducers(encoder, data as DescribedProducers);
  return encoder.writeUVarInt(0).buffer;
}

function writeTransaction(encoder: Encoder, { code, transactionalId, ...held }: DescribedTransaction): void {
  encoder.writeUVarInt(2).writeInt16(code).writeUVarIntString(transactionalId).writeUVarIntString(held.state);
  encoder.writeInt32(0).writeInt64(0).writeInt64(held.producerId).writeInt16(held.epoch);
  encoder.writeUVarInt(1).writeUVarInt(0);
}

function writeProducers(encoder: Encoder, { partitions }: DescribedProducers): void {
  encoder.writeUVarInt(partitions.length + 1);
  for (const { topic, partition, code, producers } of partitions) {
    encoder.writeUVarIntString(topic).writeUVarInt(2).writeInt32(partition).writeInt16(code).writeUVarInt(0);
    encoder.writeUVarInt(producers.length + 1);
    for (const { producerId, epoch, openFrom } of producers) {
      encoder.writeInt64(producerId).writeInt32(epoch).writeInt32(0).writeInt64(0).writeInt32(0);
      encoder.writeInt64(openFrom ?? -1).writeUVarInt(0);
    }
    encoder.writeUVarInt(0).writeUVarInt(0);
  }
}

function readArray<T>(decoder: Decoder, readOne: () => T): T[] {
  return Array.from({ length: decoder.readUVarInt() - 1 }, readOne);
}
