import { CoordinatorMemory } from './coordinator-memory.js';

const ROLE = '1/task-0';
const [first, second] = [{ nodeId: 1 }, { nodeId: 2 }];
const answers = () => Promise.resolve('done');
const fails = (type: string) => () => Promise.reject(Object.assign(new Error(type), { type }));

describe('CoordinatorMemory', () => {
  it('knows who acted in a role, among the brokers that are asked about', async () => {
    const memory = new CoordinatorMemory<object>();
    expect(memory.find([first, second], ROLE)).toBeUndefined();
    await expect(memory.tried(second, ROLE, answers)).resolves.toBe('done');
    expect(memory.find([first, second], ROLE)).toBe(second);
    expect(memory.find([first, second], '1/task-1')).toBeUndefined();
    expect(memory.find([first], ROLE)).toBeUndefined();
  });

  it('forgets who failed in it, but not for a transaction that is still being ended', async () => {
    const memory = new CoordinatorMemory<object>();
    await memory.tried(first, ROLE, answers);
    await memory.tried(first, '0/group', answers);
    await expect(memory.tried(first, ROLE, fails('CONCURRENT_TRANSACTIONS'))).rejects.toThrow();
    expect(memory.find([first], ROLE)).toBe(first);
    await expect(memory.tried(first, ROLE, fails('NOT_COORDINATOR_FOR_GROUP'))).rejects.toThrow();
    expect(memory.find([first], ROLE)).toBeUndefined();
    expect(memory.find([first], '0/group')).toBe(first);
  });
});
