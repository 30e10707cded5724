import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { processIdentity } from './identity.js';
import { processMarks } from './marks.js';

const marks = process.platform === 'linux' ? processMarks() : undefined;

(marks ? describe : describe.skip)('processMarks', () => {
  const { own = '', isGone = () => false } = marks ?? {};
  /** The mark that a process with this pid would have, as far as this machine tells. */
  const markOf = (pid: number, identity = processIdentity(pid)!): string =>
    own.replace(/^\d+/, String(pid)).replace(processIdentity(process.pid)!, identity);

  it('takes this process and those that run for what they are', () => {
    expect(isGone(own)).toBe(false);
    expect(isGone(markOf(process.ppid))).toBe(false);
  });

  it('knows that a process was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const mark = markOf(child.pid!);
    expect(isGone(mark)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isGone(mark)).toBe(true);
  });

  it('knows that another process has the number now', () => {
    const [boot] = processIdentity(process.pid)!.split(' ');
    expect(isGone(markOf(process.pid, `${boot!} 1`))).toBe(true);
  });

  it('says nothing of other machines and containers, nor of what is no mark', () => {
    expect(isGone(markOf(process.pid, 'another-boot 1'))).toBe(false);
    expect(isGone(own.replace(/pid:\[\d+\]/, 'pid:[1]'))).toBe(false);
    for (const none of ['', '1', '1 2', 'x y z', '999999999 pid:[1] boot 5']) expect(isGone(none)).toBe(false);
  });
});
