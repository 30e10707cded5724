import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isSameProcess, processIdentity } from './identity.js';

describe('processIdentity', () => {
  it('stays the same for a process and differs between two', () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const mine = processIdentity(process.pid);
    expect(mine).toBeDefined();
    expect(processIdentity(process.pid)).toBe(mine);
    expect(processIdentity(child.pid!)).not.toBe(mine);
    child.kill('SIGKILL');
  });

  it('is gone with the process', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const identity = processIdentity(child.pid!)!;
    expect(isSameProcess(child.pid!, identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isSameProcess(child.pid!, identity)).toBe(false);
  });
});
