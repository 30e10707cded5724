/** One server-sent event. `data` is written as JSON. */
export interface SseEvent {
  readonly event: string;
  /** What a reader sends back as `Last-Event-ID`; absent: the last one stays. */
  readonly id?: string;
  readonly data: unknown;
}

/** An event in the text form of the HTML standard. JSON has no line breaks, so one `data:` line always does. */
export function formatSseEvent({ event, id, data }: SseEvent): string {
  const idLine = id === undefined ? '' : `id: ${singleLine(id)}\n`;
  return `event: ${singleLine(event)}\n${idLine}data: ${JSON.stringify(data)}\n\n`;
}

/** A comment: keeps proxies and sockets from giving the line up; readers never see it. */
export function formatSseComment(text: string): string {
  return `: ${singleLine(text)}\n\n`;
}

/** How long a reader waits before it reconnects. */
export function formatSseRetry(retryMs: number): string {
  return `retry: ${String(retryMs)}\n\n`;
}

/** Names a state: the run of the server that had it, and its version there. */
export interface EventId {
  readonly run: string;
  readonly version: number;
}

/** `run-version`: what {@link parseEventId} reads back. */
export function formatEventId({ run, version }: EventId): string {
  return `${run}-${String(version)}`;
}

/** An id that a reader sent back; undefined when it is none of ours. */
export function parseEventId(text: string | undefined): EventId | undefined {
  const [, run, version] = /^([A-Za-z0-9]+)-(\d{1,15})$/.exec(text ?? '') ?? [];
  return run === undefined ? undefined : { run, version: Number(version) };
}

function singleLine(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new RangeError('an event’s name and id must be one line');
  return text;
}
