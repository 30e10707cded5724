import { readFileSync } from 'node:fs';
import { schemas, type SchemaId } from '#libs/contract';

const ids = Object.keys(schemas) as SchemaId[];

describe('schemas', () => {
  it.each(ids)('%s carries its own name in its URN', (id) => {
    expect(schemas[id].$id).toBe(`urn:spendline:schema:${id.replace('.v', ':v')}`);
  });

  it.each(ids)('%s is as it was published, untouched by formatters', (id) => {
    const published = readFileSync(new URL(`schemas/${id}.json`, import.meta.url), 'utf8');
    expect(published).toBe(`${JSON.stringify(schemas[id], null, 2)}\n`);
  });
});
