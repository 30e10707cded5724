import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** What the system says that a process has used so far. */
export interface Usage {
  readonly cpuSeconds: number;
  /** The most that it ever had, where the system tells; else what it has now. */
  readonly peakRssMb: number;
}

/** The unit of `/proc/PID/stat`, the same on every Linux. */
const TICKS_PER_SECOND = 100;

/** Asks the system and not the process, so that asking costs it nothing. */
export async function usageOf(pid: number): Promise<Usage> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => undefined);
  return stat === undefined ? usageByPs(pid) : usageByProc(pid, stat);
}

async function usageByProc(pid: number, stat: string): Promise<Usage> {
  // Behind the name, which stands in brackets and may have spaces in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    peakRssMb: Number(kilobytes) / 1024,
  };
}

/** Elsewhere: `ps` gives `[[days-]hours:]minutes:seconds` and kilobytes. */
async function usageByPs(pid: number): Promise<Usage> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'time=,rss=', '-p', String(pid)]);
  const [time = '', kilobytes = '0'] = stdout.trim().split(/\s+/);
  const cpuSeconds = time.split(/[-:]/).reduce((total, part, at, all) => {
    const factor = at === 0 && all.length === 4 ? 24 : 60;
    return total * factor + Number(part);
  }, 0);
  return { cpuSeconds, peakRssMb: Number(kilobytes) / 1024 };
}
