/** Injection tokens of what the API is given from outside, since interfaces have no name at run time. */
export const LEDGER = Symbol('LedgerReader');
export const REFERENCE = Symbol('ReferenceStore');
export const DECIDER = Symbol('BudgetDecider');
export const DEAD_LETTERS = Symbol('DeadLetterOffice');
export const PAST = Symbol('PastInsight');
export const SIGN_IN = Symbol('SignInFlow');
export const LOCAL_ISSUER = Symbol('LocalIssuer');
export const OPEN_READING = Symbol('whether reading takes no token');
export const CLOCK = Symbol('wall clock');

/** The wall clock, epoch milliseconds. */
export type WallClock = () => number;
