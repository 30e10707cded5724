import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { freePort } from '../../libs/testing/free-port.js';

/** Where a monitor is hit; see saboteur.js. */
export const POINTS = ['begin', 'sent', 'offsets', 'committed'] as const;

/** Lines kept of each monitor; at level debug kafkajs tells much in little time. */
const KEPT_LINES = 50_000;

/** What happens to a monitor at a point of its `after`th transaction once it was armed. */
export interface Sabotage {
  readonly point: (typeof POINTS)[number] | 'take-over' | 'send';
  readonly after: number;
  readonly action: 'kill' | 'stop' | 'block' | 'delay' | 'work';
  /** For block, delay and work. */
  readonly ms?: number;
  /** By the producer whose transactional id ends like that. */
  readonly only?: string;
  /** Every time from then on, until the next step is armed. */
  readonly always?: boolean;
}

/** A task as the health page tells of it. */
export interface TaskState {
  readonly partition: number;
  readonly state: string;
  readonly sequence: number;
  /** Next offset to read, by input. */
  readonly positions: Readonly<Record<string, string>>;
}

interface HealthPage {
  readonly details?: {
    readonly stages?: readonly { readonly stage: string; readonly tasks: readonly TaskState[] }[];
  };
}

/** A program as it is shipped (from dist), in a process of its own; a monitor unless `program` says otherwise. */
export class MonitorProcess {
  /** The last lines that it wrote. */
  readonly lines: string[] = [];
  readonly ended: Promise<string>;
  private end: string | undefined;
  private started = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
  ) {
    for (const stream of [child.stdout, child.stderr])
      if (stream)
        createInterface(stream).on('line', (line) => this.lines.push(line) > KEPT_LINES && this.lines.shift());
    this.ended = new Promise((resolve) =>
      child.once('exit', (code, signal) => resolve((this.end = signal ?? `code ${String(code)}`))),
    );
  }

  static async start(
    environment: Readonly<Record<string, string>>,
    plan: readonly Sabotage[] = [],
    program: 'monitor' | 'ledger' = 'monitor',
  ): Promise<MonitorProcess> {
    const port = await freePort();
    const args = ['--import', './test/faults/saboteur.js', `dist/programs/${program}.js`];
    const child = spawn(process.execPath, args, {
      env: {
        ...process.env,
        SPENDLINE_LOG_LEVEL: process.env['SPENDLINE_LOG_LEVEL'] ?? 'info',
        ...environment,
        SPENDLINE_METRICS_PORT: String(port),
        SPENDLINE_FAULTS_PLAN: JSON.stringify(plan),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new MonitorProcess(child, port);
  }

  get isRunning(): boolean {
    return this.end === undefined;
  }

  /** How it ended; undefined while it runs. */
  get outcome(): string | undefined {
    return this.end;
  }

  /** It serves, and has asked for partitions of both stages. */
  get hasStarted(): boolean {
    return this.started || (this.started = this.saying('monitor started').length > 0);
  }

  /** Lines that hold this text. */
  saying(text: string): string[] {
    return this.lines.filter((line) => line.includes(text));
  }

  /** Arms the next step of its plan. */
  arm(): void {
    this.signal('SIGUSR2');
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Stopped by SIGSTOP at this moment. */
  get isStopped(): boolean {
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(this.child.pid)], { encoding: 'utf8' });
    return stdout.trim().startsWith('T');
  }

  /** Ends it and waits for the end. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (!this.isRunning) return;
    this.signal('SIGCONT');
    this.signal(signal);
    const patience = setTimeout(() => this.signal('SIGKILL'), 15_000);
    await this.ended;
    clearTimeout(patience);
  }

  /** Tasks of a stage, as the process sees them; none while it does not answer. */
  async tasks(stage: 'cost' | 'merge'): Promise<readonly TaskState[]> {
    const text = await this.get('/health/ready');
    if (text === '') return [];
    const { details } = JSON.parse(text) as HealthPage;
    return details?.stages?.find((each) => each.stage === stage)?.tasks ?? [];
  }

  /** Sum of a metric over its series whose labels hold `label`; undefined while the process does not answer. */
  async metric(name: string, label = ''): Promise<number | undefined> {
    const text = await this.get('/metrics');
    if (text === '') return undefined;
    const series = [...text.matchAll(new RegExp(`^${name}(\\{[^}]*\\})? ([0-9.e+-]+)$`, 'gm'))];
    return series.reduce(
      (sum, [, labels = '', value]) => sum + (labels.includes(label) || label === '' ? Number(value) : 0),
      0,
    );
  }

  private get(path: string): Promise<string> {
    return fetch(`http://127.0.0.1:${this.port}${path}`, { signal: AbortSignal.timeout(10_000) }).then(
      (response) => response.text(),
      () => '',
    );
  }
}
