import { lookup, type LookupAddress } from 'node:dns';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Answer } from '#libs/application';
import { addressGuard } from './address-guard.js';

const MAX_DETAIL = 200;
const MAX_ANSWER_BYTES = 4_096;

/** A post to a receiver. */
export interface GuardedPost extends Omit<GuardedRequest, 'method' | 'mostAnswerBytes'> {
  readonly body: string;
}

/** A request to a receiver. */
export interface GuardedRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** From the look-up of the name to the end of the answer. */
  readonly timeoutMs: number;
  /** Networks (CIDR) that are allowed although they are private or special. */
  readonly allowNetworks: readonly string[];
  /** The answer is not read beyond. */
  readonly mostAnswerBytes: number;
}

/** What came back; `text` is the answer's body, empty where there was none. */
export interface GuardedAnswer {
  readonly answer: Answer;
  readonly text: string;
}

/** Posts JSON to an address that somebody configured; see {@link guardedRequest}. */
export async function guardedPost(post: GuardedPost): Promise<Answer> {
  return (await guardedRequest({ method: 'POST', ...post, mostAnswerBytes: MAX_ANSWER_BYTES })).answer;
}

/**
 * Asks something, in JSON, at an address that somebody configured. Its name is looked up once, the address is judged and that very
 * address is connected to, so that a name which changes meanwhile leads nowhere else. Redirects are not followed.
 * Always resolves; neither the URL, which may hold a secret, nor the request appears in the answer.
 */
export function guardedRequest(asked: GuardedRequest): Promise<GuardedAnswer> {
  const { method, url, body, headers, timeoutMs, allowNetworks, mostAnswerBytes } = asked;
  const isAllowed = addressGuard(allowNetworks);
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  // For an address in the URL itself nothing is looked up, so it is judged here.
  if (isIP(host) !== 0 && !isAllowed(host)) return Promise.resolve(noAnswer(forbidden(host)));
  const options: RequestOptions = {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      'user-agent': 'Spendline',
      ...headers,
    },
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
    lookup: (name, { family, all }, callback) => {
      lookup(name, { all: true, family: family === 4 || family === 6 ? family : 0 }, (error, found) => {
        const refused = error ? [] : found.filter(({ address }) => !isAllowed(address));
        const problem = error ?? (refused.length > 0 ? new Error(forbidden(addressesOf(refused))) : undefined);
        const [first] = problem ? [] : found;
        if (!first) callback(problem ?? new Error('the name has no address'), '', 4);
        else if (all) callback(null, found);
        else callback(null, first.address, first.family);
      });
    },
  };
  return new Promise((resolve) => {
    const fail = (error: Error): void => resolve(noAnswer(reasonOf(error, timeoutMs)));
    const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, options, (response) => {
      readAnswer(response, mostAnswerBytes).then(resolve, fail);
    });
    request.on('error', fail);
    request.end(body);
  });
}

async function readAnswer(response: IncomingMessage, mostBytes: number): Promise<GuardedAnswer> {
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    // Enough to say what is wrong; a receiver that goes on talking is not listened to.
    if (text.length > mostBytes) break;
  }
  const detail = text.replace(/\s+/g, ' ').trim().slice(0, MAX_DETAIL);
  const seconds = Number(response.headers['retry-after']);
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
  return { answer: { kind: 'status', status: response.statusCode ?? 0, detail, retryAfterMs }, text };
}

function noAnswer(detail: string): GuardedAnswer {
  return { answer: { kind: 'none', detail }, text: '' };
}

function addressesOf(found: readonly LookupAddress[]): string {
  return found.map(({ address }) => address).join(', ');
}

function forbidden(addresses: string): string {
  return `${addresses} is in a private or special network: add it to the receiver's allowNetworks if that is meant`;
}

function reasonOf(error: Error & { readonly code?: string }, timeoutMs: number): string {
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return `no answer within ${timeoutMs} ms`;
  return error.message === '' ? (error.code ?? error.name) : error.message;
}
