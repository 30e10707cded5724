import { z } from 'zod';

import { ProblemError } from './problem.js';
import { checkedQuery } from './query.js';

const schema = z.strictObject({ window: z.enum(['1h', '24h']).default('1h'), id: z.string() });

function faultsOf(query: unknown): string[] {
  try {
    checkedQuery(schema, query);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return (error.faults ?? []).map(({ path }) => path).sort();
  }
  return [];
}

describe('checkedQuery', () => {
  it('gives defaults', () => {
    expect(checkedQuery(schema, { id: 'voice' })).toEqual({ window: '1h', id: 'voice' });
  });

  it('names every fault at once, misspelt parameters and repeated ones among them', () => {
    expect(faultsOf({ widnow: '1h', window: '2h', id: ['a', 'b'] })).toEqual(['id', 'widnow', 'window']);
    expect(faultsOf(JSON.parse('{"id":"a","__proto__":"b"}'))).toEqual(['__proto__']);
  });
});
