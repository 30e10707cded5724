import type { Organisation } from '#libs/domain';
import type { z } from 'zod';
import { fileScalars, issueMessage } from '../reference/read-file.js';
import { entrySchemas } from '../reference/schemas.js';
import { DecisionRefused, type BudgetPlan, type InitiativePlan } from './decisions.js';

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
  throw new DecisionRefused('invalid-budget', 'The budget has faults.', faultsOf(result.error));
}

/** The same of an initiative. */
export function readInitiativePlan(
  written: Readonly<Record<string, unknown>>,
  home: Pick<Organisation, 'zone' | 'currency'>,
): InitiativePlan {
  const result = entrySchemas(fileScalars(home)).initiative.safeParse(written, { error: issueMessage });
  if (result.success) {
    const { status: _, ...plan } = result.data;
    return plan;
  }
  throw new DecisionRefused('invalid-initiative', 'The initiative has faults.', faultsOf(result.error));
}

function faultsOf({ issues }: z.ZodError): DecisionRefused['faults'] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: key, message: 'is not a field that is known here' }))
      : [{ path: issue.path.map(String).join('.'), message: issue.message }],
  );
}
