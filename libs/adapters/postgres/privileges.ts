/** Group roles of `deploy/postgres/roles.sql`: who runs the product, and who only reads. */
const RUN_ROLE = 'spendline_run';
const READ_ROLE = 'spendline_read';

/** What the running product may do to each table, least first: the audit and the ledger's facts are only added to. */
const RUN_PRIVILEGES: Readonly<Record<string, string>> = {
  migration: 'SELECT',
  reference_entry: 'SELECT, INSERT, UPDATE, DELETE',
  reference_audit: 'SELECT, INSERT',
  budget_version: 'SELECT, INSERT, UPDATE',
  initiative_version: 'SELECT, INSERT, UPDATE',
  decision_audit: 'SELECT, INSERT',
  decision_audit_fault: 'SELECT',
  idempotent_answer: 'SELECT, INSERT, UPDATE, DELETE',
  outbox: 'SELECT, INSERT, UPDATE, DELETE',
  cost_event: 'SELECT, INSERT',
  cost_event_current: 'SELECT',
  cost_window: 'SELECT, INSERT, UPDATE',
  signal_event: 'SELECT, INSERT',
  ledger_rejected: 'SELECT, INSERT',
  ledger_offset: 'SELECT, INSERT, UPDATE',
};

/** What those who read reports may see; not the outbox and the remembered answers, which are ours. */
const READ_TABLES = Object.keys(RUN_PRIVILEGES).filter(
  (table) => !['outbox', 'migration', 'idempotent_answer'].includes(table),
);

/** Statements that bring the privileges up to date, by the role that they need; a role that does not exist is left out. */
export const GRANTS: readonly { readonly role: string; readonly sql: string }[] = [
  ...Object.entries(RUN_PRIVILEGES).map(([table, rights]) => grant(RUN_ROLE, rights, table)),
  ...READ_TABLES.map((table) => grant(READ_ROLE, 'SELECT', table)),
];

function grant(role: string, rights: string, table: string): { role: string; sql: string } {
  return { role, sql: `GRANT ${rights} ON ${table} TO ${role}` };
}
