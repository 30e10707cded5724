import type { Organisation } from '#libs/domain';
import { fileScalars, issueMessage } from '../reference/read-file.js';
import { entrySchemas } from '../reference/schemas.js';
import { DecisionRefused, type BudgetPlan } from './decisions.js';

/**
 * The plan that a person wrote in a form or a request, in the words of a reference file: amounts are decimals, a date is
 * midnight of the organisation's zone, a currency that is left out is the organisation's. Throws
 * {@link DecisionRefused} with every fault.
 */
export function readBudgetPlan(
  written: Readonly<Record<string, unknown>>,
  home: Pick<Organisation, 'zone' | 'currency'>,
): BudgetPlan {
  const result = entrySchemas(fileScalars(home)).budget.safeParse(written, { error: issueMessage });
  if (result.success) {
    const { status: _, ...plan } = result.data;
    return plan;
  }
  const faults = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: key, message: 'is not a field that is known here' }))
      : [{ path: issue.path.map(String).join('.'), message: issue.message }],
  );
  throw new DecisionRefused('invalid-budget', 'The budget has faults.', faults);
}
