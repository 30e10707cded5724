import { compile } from 'json-schema-to-typescript';

/** Schema file stem -> name of its TypeScript interface. */
const TYPE_NAMES = {
  'interaction.v1': 'Interaction',
  'agent-state.v1': 'AgentState',
  'feedback.v1': 'Feedback',
  'billing-line.v1': 'BillingLine',
  'revenue.v1': 'Revenue',
  'cost-event.v1': 'CostEvent',
  'cost-window.v1': 'CostWindow',
  'signal.v1': 'Signal',
};

/** Keywords that constrain values but have no counterpart in the shape of the type. */
const WITHOUT_SHAPE = new Set(['if', 'then', 'allOf', 'dependentRequired', 'minItems', 'maxItems']);

/**
 * The schema reduced to its shape. Decoding drops unknown fields, so the types have none, although the schemas of the
 * inputs let them pass.
 */
function shapeOf(schema) {
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (schema === null || typeof schema !== 'object') return schema;
  const shape = Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword]) => !WITHOUT_SHAPE.has(keyword))
      .map(([keyword, value]) => [keyword, shapeOf(value)]),
  );
  if (schema.type === 'object' && typeof schema.additionalProperties !== 'object') shape.additionalProperties = false;
  return shape;
}

/** The text of `types.generated.ts`: one interface per schema. `schemas` maps file stems to parsed schemas. */
export async function generateTypes(schemas, banner) {
  const missing = Object.keys(schemas).filter((id) => !(id in TYPE_NAMES));
  if (missing.length > 0)
    throw new Error(`name the types of these schemas in generate/types.js: ${missing.join(', ')}`);
  const style = { printWidth: 120, singleQuote: true };
  const parts = [`// ${banner}\n`];
  for (const [id, name] of Object.entries(TYPE_NAMES)) {
    const shape = shapeOf(schemas[id]);
    // The generator names an interface after its title, so the title goes where the doc comment is taken from.
    shape.description = shape.title;
    delete shape.title;
    delete shape.$id;
    parts.push(await compile(shape, name, { bannerComment: '', additionalProperties: false, style }));
  }
  return parts.join('\n');
}
