import { schemas } from './schemas.js';
import type { CostWindow } from './types.generated.js';

/** Scope of a window: all, agent, channel, ... */
export type WindowScope = CostWindow['scope'];

const { properties } = schemas['cost-window.v1'] as unknown as {
  properties: { scope: { enum: WindowScope[] }; window: { pattern: string } };
};
const SCOPES: ReadonlySet<string> = new Set(properties.scope.enum);
const WINDOW = new RegExp(properties.window.pattern);

/** `scope:id` with `:` and `%` inside the id percent-encoded: key of the live topic, and of scopes that are not published. */
export function scopeKey(scope: string, id: string): string {
  return `${scope}:${encodeId(id)}`;
}

/** `scope:id:window` with `:` and `%` inside the id percent-encoded: key of a window. */
export function windowKey(scope: WindowScope, id: string, window: string): string {
  return `${scope}:${encodeId(id)}:${window}`;
}

/** Takes a {@link scopeKey} apart; undefined when it is none. */
export function parseScopeKey(key: string): { scope: WindowScope; id: string } | undefined {
  const [scope, encoded, ...rest] = key.split(':');
  if (scope === undefined || !isScope(scope) || encoded === undefined || rest.length > 0) return undefined;
  const id = decodeId(encoded);
  return id === undefined ? undefined : { scope, id };
}

/** Takes a {@link windowKey} apart; undefined when it is none. */
export function parseWindowKey(key: string): { scope: WindowScope; id: string; window: string } | undefined {
  const at = key.lastIndexOf(':');
  const window = key.slice(at + 1);
  const of = at < 0 || !WINDOW.test(window) ? undefined : parseScopeKey(key.slice(0, at));
  return of && { ...of, window };
}

function isScope(scope: string): scope is WindowScope {
  return SCOPES.has(scope);
}

function encodeId(id: string): string {
  if (!id.includes(':') && !id.includes('%')) return id;
  return id.replaceAll('%', '%25').replaceAll(':', '%3A');
}

/** Only what {@link encodeId} writes is read, so that one id has one key. */
function decodeId(encoded: string): string | undefined {
  if (encoded === '' || /%(?!25|3A)/.test(encoded)) return undefined;
  return encoded.replaceAll('%3A', ':').replaceAll('%25', '%');
}
