// eslint-disable-next-line no-control-regex -- U+0000 is the subject
const UNSTORABLE = /[\u0000\p{Surrogate}]/u;

/**
 * Where a payload holds text that cannot be passed on, in plain English; undefined where it holds none. A lone surrogate
 * cannot be written as UTF-8 and PostgreSQL stores no U+0000: taken in, either would come back as another text or stop
 * the ledger. Names count, for those of a map end up in outputs.
 */
export function unstorableText(value: unknown, pointer = ''): string | undefined {
  if (typeof value === 'string') {
    return UNSTORABLE.test(value) ? `${pointer} holds a lone surrogate or a NUL character` : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, entry] of Object.entries(value)) {
    if (UNSTORABLE.test(name)) return `${pointer} has a name with a lone surrogate or a NUL character`;
    const fault = unstorableText(entry, `${pointer}/${name}`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
