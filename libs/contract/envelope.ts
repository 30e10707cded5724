import { refuse, type Refusal } from './reject-reasons.js';
import type { WireHeaders, WireRecord } from './wire-record.js';

/** The only version of CloudEvents there is since 2019; its patch releases keep the number. */
export const SPEC_VERSION = '1.0';

const STRUCTURED = 'application/cloudevents';
const STRUCTURED_JSON = 'application/cloudevents+json';
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * The JSON payload of a record, out of its envelope. `escaped`: the text has `\u` escapes, so that its strings may hold
 * what bytes in UTF-8 cannot.
 */
export type Opened = { readonly ok: true; readonly payload: unknown; readonly escaped: boolean } | Refusal;

/**
 * Opens the CloudEvents 1.0 Kafka binding: structured mode when the content type says so, binary mode when there are
 * `ce_` headers, plain JSON otherwise. Attributes other than specversion are not asked for: nothing here uses them.
 */
export function openEnvelope(value: Buffer, headers: WireRecord['headers']): Opened {
  const { contentType, hasAttributes, specVersion } = envelopeHeaders(headers);
  if (contentType?.startsWith(STRUCTURED)) {
    if (contentType !== STRUCTURED_JSON) {
      return refuse('envelope', `content-type must be ${STRUCTURED_JSON}: other CloudEvents formats are not read`);
    }
    const event = parseJson(value);
    return event.ok ? openStructured(event.payload, event.escaped) : event;
  }
  if (hasAttributes && specVersion !== SPEC_VERSION) return wrongVersion('header ce_specversion', specVersion);
  return parseJson(value);
}

function openStructured(event: unknown, escaped: boolean): Opened {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return refuse('envelope', 'a structured CloudEvent must be a JSON object');
  }
  const { specversion, data, data_base64: encoded } = event as Record<string, unknown>;
  if (specversion !== SPEC_VERSION) return wrongVersion('specversion', specversion);
  const hasData = data !== undefined && data !== null;
  const hasEncoded = encoded !== undefined && encoded !== null;
  if (hasData && hasEncoded) return refuse('envelope', 'the CloudEvent has both data and data_base64');
  if (hasData) return { ok: true, payload: data, escaped };
  if (!hasEncoded) return refuse('envelope', 'the CloudEvent has no data');
  if (typeof encoded !== 'string' || encoded.length % 4 !== 0 || !BASE64.test(encoded)) {
    return refuse('envelope', 'data_base64 is not base64');
  }
  return parseJson(Buffer.from(encoded, 'base64'));
}

function wrongVersion(where: string, found: unknown): Refusal {
  return refuse('envelope', found === undefined ? `${where} is missing` : `${where} must be ${SPEC_VERSION}`);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The quick decoder puts U+FFFD wherever bytes are not UTF-8, and keeps a byte order mark: only a text with one of those is
 * decoded by the slow one, which throws a TypeError for the first and leaves the second out.
 */
function textOfUtf8(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\uFFFD') || text.startsWith('\uFEFF') ? utf8.decode(bytes) : text;
}

function parseJson(bytes: Buffer): Opened {
  try {
    const text = textOfUtf8(bytes);
    return { ok: true, payload: JSON.parse(text) as unknown, escaped: text.includes('\\u') };
  } catch (error) {
    // SyntaxError of JSON, TypeError of the decoder, or RangeError where nesting exhausts the parser. The message of
    // JSON.parse quotes the input, which may be personal, so it is not passed on.
    return refuse('not-json', error instanceof TypeError ? 'the value is not UTF-8' : 'the value is not JSON');
  }
}

interface EnvelopeHeaders {
  /** Media type alone, lower case, without parameters. */
  readonly contentType: string | undefined;
  readonly hasAttributes: boolean;
  readonly specVersion: string | undefined;
}

const NO_HEADERS: EnvelopeHeaders = { contentType: undefined, hasAttributes: false, specVersion: undefined };

function envelopeHeaders(headers: WireHeaders | undefined): EnvelopeHeaders {
  if (!headers) return NO_HEADERS;
  let contentType: string | undefined;
  let specVersion: string | undefined;
  let hasAttributes = false;
  for (const name in headers) {
    const lower = name.toLowerCase();
    if (lower === 'content-type') contentType = textOf(headers[name])?.split(';', 1)[0]?.trim().toLowerCase();
    else if (lower.startsWith('ce_')) {
      hasAttributes = true;
      if (lower === 'ce_specversion') specVersion = textOf(headers[name]);
    }
  }
  return { contentType, hasAttributes, specVersion };
}

/** Whether a record's value is its payload's JSON: no structured event, and no version of CloudEvents that is not read. */
export function isPlainJson(headers: WireHeaders | undefined): boolean {
  const { contentType, hasAttributes, specVersion } = envelopeHeaders(headers);
  return !contentType?.startsWith(STRUCTURED) && (!hasAttributes || specVersion === SPEC_VERSION);
}

/** Text of a header, the first one where it is repeated. */
function textOf(header: WireHeaders[string] | null): string | undefined {
  const first = Array.isArray(header) ? header[0] : header;
  return first?.toString();
}
