import { z } from 'zod';

type Expanded =
  | { readonly ok: true; readonly items: readonly unknown[] }
  | { readonly ok: false; readonly field: string; readonly message: string };

const RANGE = z.looseObject({ first: z.unknown(), last: z.unknown() });
const NUMBERED = /^(.*?)(\d{1,9})$/;
const MAX_AGENTS = 10_000;

/** One agent for each number of `first: agent-001, last: agent-015`; an item without `first` and `last` stays as it is. */
export function expandAgents(item: unknown): Expanded {
  const range = RANGE.safeParse(item);
  if (!range.success || (range.data.first === undefined && range.data.last === undefined)) {
    return { ok: true, items: [item] };
  }
  const { first, last, ...rest } = range.data;
  const [from, to] = [first, last].map((id) => (typeof id === 'string' ? NUMBERED.exec(id) : null));
  if (!from || !to) {
    return { ok: false, field: from ? 'last' : 'first', message: 'must end in a number, such as agent-001' };
  }
  const [, prefix = '', digits = ''] = from;
  const [, lastPrefix, lastDigits = ''] = to;
  const count = Number(lastDigits) - Number(digits) + 1;
  if (prefix !== lastPrefix || digits.length !== lastDigits.length || count < 1 || count > MAX_AGENTS) {
    const message = `must be like first (${prefix}${digits}) with a higher number, at most ${MAX_AGENTS} agents on`;
    return { ok: false, field: 'last', message };
  }
  const numbers = Array.from({ length: count }, (_, index) =>
    String(Number(digits) + index).padStart(digits.length, '0'),
  );
  return { ok: true, items: numbers.map((number) => ({ agentId: `${prefix}${number}`, ...rest })) };
}
