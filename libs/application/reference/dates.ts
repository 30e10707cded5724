import type { Scalars } from './scalars.js';
import { z } from 'zod';

/** The dates of an effective-dated entry. */
export interface Dates {
  readonly from: z.ZodOptional<Scalars['instant']>;
  readonly to: z.ZodOptional<Scalars['instant']>;
}

/** Faults a value whose end is not after its start. */
export function checkDates(
  value: { readonly from?: number | undefined; readonly to?: number | undefined },
  context: { addIssue(issue: { code: 'custom'; path: string[]; message: string }): void },
): void {
  if (value.from === undefined || value.to === undefined || value.from < value.to) return;
  context.addIssue({ code: 'custom', path: ['to'], message: 'must be later than from (it is the first moment after)' });
}

/** A value none of whose fields is undefined. */
export type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };
/** A value with its dates under the domain's names. */
export type Converted<T> = Present<Omit<T, 'from' | 'to'>> & { fromMs?: number; toMs?: number };

/** `from` and `to` under the domain's names, and no field that is undefined. */
export function convertDates<T extends { from?: number | undefined; to?: number | undefined }>(value: T): Converted<T> {
  const { from, to, ...rest } = value;
  return {
    ...present(rest),
    ...(from !== undefined && { fromMs: from }),
    ...(to !== undefined && { toMs: to }),
  };
}

/** The value without the fields that are undefined. */
export function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Present<T>;
}
