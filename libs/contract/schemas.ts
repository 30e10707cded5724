import agentState from './schemas/agent-state.v1.json' with { type: 'json' };
import billingLine from './schemas/billing-line.v1.json' with { type: 'json' };
import costEvent from './schemas/cost-event.v1.json' with { type: 'json' };
import costWindow from './schemas/cost-window.v1.json' with { type: 'json' };
import feedback from './schemas/feedback.v1.json' with { type: 'json' };
import interaction from './schemas/interaction.v1.json' with { type: 'json' };
import revenue from './schemas/revenue.v1.json' with { type: 'json' };
import signal from './schemas/signal.v1.json' with { type: 'json' };

/** A JSON Schema (draft 2020-12) as published: its URN, a title that says what the payload is, and its keywords. */
export interface JsonSchema {
  readonly $id: string;
  readonly title: string;
  readonly [keyword: string]: unknown;
}

/** Published schemas by file name without `.json`. */
export type SchemaId =
  | 'agent-state.v1'
  | 'billing-line.v1'
  | 'cost-event.v1'
  | 'cost-window.v1'
  | 'feedback.v1'
  | 'interaction.v1'
  | 'revenue.v1'
  | 'signal.v1';

/**
 * The payload schemas of the public contract, byte for byte as published: the one source of the types, the validation,
 * the AsyncAPI document and what the API serves.
 */
export const schemas: Readonly<Record<SchemaId, JsonSchema>> = {
  'agent-state.v1': agentState,
  'billing-line.v1': billingLine,
  'cost-event.v1': costEvent,
  'cost-window.v1': costWindow,
  'feedback.v1': feedback,
  'interaction.v1': interaction,
  'revenue.v1': revenue,
  'signal.v1': signal,
};
