import { BudgetVersionRow, DecisionAuditRow, IdempotentAnswerRow, InitiativeVersionRow } from './decision-rows.js';
import { CostEventRow, CostWindowRow, LedgerOffsetRow, LedgerRejectedRow, SignalEventRow } from './ledger-rows.js';
import { OutboxRow, ReferenceAuditRow, ReferenceEntryRow } from './reference-rows.js';

export * from './decision-rows.js';
export * from './ledger-rows.js';
export * from './reference-rows.js';

/** All tables, for the data source. */
export const ROWS = [
  ReferenceEntryRow,
  ReferenceAuditRow,
  OutboxRow,
  BudgetVersionRow,
  InitiativeVersionRow,
  DecisionAuditRow,
  IdempotentAnswerRow,
  CostEventRow,
  CostWindowRow,
  SignalEventRow,
  LedgerRejectedRow,
  LedgerOffsetRow,
] as const;
