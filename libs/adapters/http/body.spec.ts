import { z } from 'zod';
import { checkedBody } from './body.js';
import { ProblemError } from './problem.js';

const schema = z.strictObject({ amount: z.string(), inner: z.strictObject({ n: z.number() }).optional() });
const headers = { 'content-type': 'application/json; charset=utf-8' };

function refusal(body: unknown, type = headers): ProblemError {
  try {
    checkedBody(schema, { headers: type, body });
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('was taken');
}

describe('checkedBody', () => {
  it('answers with what the schema makes of it', () => {
    expect(checkedBody(schema, { headers, body: '{"amount":"1.00"}' })).toEqual({ amount: '1.00' });
  });

  it.each([
    ['{"amount":"1","colour":"red"}', 'colour'],
    ['{"amount":"1","inner":{"n":1,"x":2}}', 'inner.x'],
    ['{"amount":"1","__proto__":{"admin":true}}', '__proto__'],
    ['{"amount":"1","inner":{"constructor":{}}}', 'inner.constructor'],
    ['{"amount":"1","inner":[{"prototype":1}]}', 'inner.0.prototype'],
    ['{"amount":1}', 'amount'],
    ['[]', ''],
    ['null', ''],
  ])('refuses %s, naming %s', (body, path) => {
    const { slug, faults } = refusal(body);
    expect(slug).toBe('invalid-body');
    expect(faults?.map((fault) => fault.path)).toEqual([path]);
  });

  it('refuses what is no JSON, too deep, too large or of another type', () => {
    expect(refusal('{amount: 1}').slug).toBe('invalid-body');
    expect(refusal(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`).faults?.[0]?.message).toMatch(/too deeply/);
    expect(refusal(`{"amount":"${'1'.repeat(70_000)}"}`).slug).toBe('body-too-large');
    expect(refusal('{"amount":"1"}', { 'content-type': 'text/plain' }).slug).toBe('unsupported-media-type');
    expect(refusal(undefined).slug).toBe('unsupported-media-type');
  });
});
