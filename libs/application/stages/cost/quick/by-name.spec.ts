import { ByName } from './by-name.js';
import { NameTable } from './names.js';

describe('ByName', () => {
  const agents = new NameTable('agentId', 'id', 'agent');

  it('gives what was set for a name, and nothing for another', () => {
    const values = new ByName<number>();
    const names = Array.from({ length: 3_000 }, (_, index) => agents.ofText(`agent-${String(index)}`));
    for (const name of names.toReversed()) if (name.number % 3 > 0) values.set(name, name.number);
    for (const name of names) expect(values.get(name)).toBe(name.number % 3 > 0 ? name.number : undefined);
    values.clear();
    expect(values.get(agents.ofText('agent-1'))).toBeUndefined();
  });

  it('knows a name from one of the same number', () => {
    const values = new ByName<string>();
    const one = new NameTable('botId', 'id').ofText('b');
    const other = new NameTable('botId', 'id').ofText('b');
    expect(values.set(one, 'one')).toBe('one');
    expect(other.number).toBe(one.number);
    expect(values.get(other)).toBeUndefined();
    values.set(other, 'other');
    expect([values.get(one), values.get(other)]).toEqual([undefined, 'other']);
  });
});
