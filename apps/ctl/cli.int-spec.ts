import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSameProcess, processIdentity } from '#libs/adapters/process';
import { environment, projectRoot } from '#libs/config';
import { eventually } from '../../libs/testing/eventually.js';
import { freePort } from '../../libs/testing/free-port.js';
import { freePorts } from '../../libs/testing/kafka/index.js';

/** The built command, as a person at a terminal meets it. */
const root = projectRoot();
const isBuilt = existsSync(join(root, 'dist', 'programs', 'ctl.js'));
const whenBuilt = isBuilt ? describe : describe.skip;
if (!isBuilt) console.log('Skipped: the spendline command is not built (npm run build).');

let folder: string;
/** Of what `up` would start, and free. */
let ports: { readonly kafka: number; readonly postgres: number; readonly api: number; readonly metrics: number };
/** Nobody listens there. */
let closedPort: number;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spendline-cli-'));
  // Kafka takes the next one as well.
  const kafka = await freePorts();
  ports = { kafka, postgres: kafka + 2, api: await freePort(), metrics: await freePort() };
  closedPort = await freePort();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function spendline(
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; lines: string[] }> {
  const own = {
    SPENDLINE_KAFKA_PORT: String(ports.kafka),
    SPENDLINE_POSTGRES_PORT: String(ports.postgres),
    SPENDLINE_API_PORT: String(ports.api),
    SPENDLINE_METRICS_PORT: String(ports.metrics),
    SPENDLINE_DATA_DIR: folder,
  };
  const child = spawn(process.execPath, [join(root, 'bin', 'spendline.js'), ...args], {
    cwd: folder,
    env: { ...environment(), ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const words: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => words.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, lines: Buffer.concat(words).toString().trimEnd().split('\n') };
}

whenBuilt('spendline', () => {
  it.each(['up', 'doctor', 'topics', 'migrate', 'apply', 'simulate', 'config', 'rejected', 'rebuild'])(
    'teaches %s with examples',
    async (command) => {
      const { code, lines } = await spendline([command, '--help']);
      expect(code).toBe(0);
      expect(lines.join('\n')).toMatch(/Examples:\n +(\S+=\S+ )*spendline /);
    },
  );

  it.each(['list', 'show', 'replay'])('teaches rejected %s with examples', async (command) => {
    const { code, lines } = await spendline(['rejected', command, '--help']);
    expect(code).toBe(0);
    expect(lines.join('\n')).toMatch(/Examples:\n +spendline rejected /);
  });

  it('asks which rejections to replay before it looks for Kafka', async () => {
    const { code, lines } = await spendline(['rejected', 'replay']);
    expect([code, lines.length]).toEqual([1, 1]);
    expect(lines[0]).toMatch(/^Say which: ids as .* or --all\.$/);
  });

  it('passes every option of the simulator on', async () => {
    const { lines } = await spendline(['simulate', '--help']);
    for (const option of ['--scenario', '--seed', '--speed', '--backfill', '--from', '--no-live']) {
      expect(lines.join('\n')).toContain(`  ${option}`);
    }
    const wrong = await spendline(['simulate', '--backfill', 'long', '--seed', '1']);
    expect([wrong.code, wrong.lines[0]]).toEqual([1, expect.stringContaining("'--backfill <duration>'")]);
  });

  it('refuses settings that are wrong, all at once', async () => {
    const { code, lines } = await spendline(['up'], { SPENDLINE_PARTITIONS: 'x', SPENDLINE_CLOCK: 'y' });
    expect(code).toBe(1);
    expect(lines[0]).toContain('2 settings are wrong');
    expect(lines).toHaveLength(3);
  });

  it('says in one line each which ports are taken, by whom, and what moves them', async () => {
    const servers = await Promise.all([ports.kafka, ports.api].map(listen));
    const { code, lines } = await spendline(['up']);
    servers.forEach((server) => server.close());
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(`^Port ${ports.kafka} \\(Kafka\\) is taken by .* SPENDLINE_KAFKA_PORT\\.$`),
      expect.stringMatching(`^Port ${ports.api} \\(API and console\\) is taken by .* SPENDLINE_API_PORT\\.$`),
    ]);
  });

  it('says in one line that there is no Java', async () => {
    const { code, lines } = await spendline(['up'], { JAVA_HOME: join(folder, 'no-java') });
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatch(/^Kafka needs Java 17 or newer and none was found: install one .*KAFKA_BROKERS/);
  });

  it('says in one line that a Kafka of yours does not answer', async () => {
    const { code, lines } = await spendline(['topics'], { KAFKA_BROKERS: `127.0.0.1:${closedPort}` });
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^Kafka at 127\.0\.0\.1:\d+ cannot be used .*KAFKA_BROKERS/);
  });

  it('says in one line, without the password, that a Postgres of yours does not answer', async () => {
    const { code, lines } = await spendline(['migrate'], {
      DATABASE_URL: `postgres://me:hush@127.0.0.1:${closedPort}/x`,
    });
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^Postgres cannot be used .*ECONNREFUSED.*DATABASE_URL/);
    expect(lines[0]).not.toContain('hush');
  });

  it('does not start beside a supervisor that runs', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const record = { pid: other.pid, identity: processIdentity(other.pid!), stopSignal: 'SIGTERM' };
    writeRun('up', record);
    const { code, lines } = await spendline(['up']);
    other.kill('SIGKILL');
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringContaining(`already running here (process ${other.pid})`)]);
  });

  it('doctor finds what is needed and fails when something is missing', async () => {
    const good = await spendline(['doctor']);
    expect(good.lines.join('\n')).toMatch(/JDK +ok.*\n(.*\n)*.*Postgres binaries +ok/);
    const bad = await spendline(['doctor'], { JAVA_HOME: join(folder, 'no-java') });
    expect(bad.code).toBe(1);
    expect(bad.lines.join('\n')).toMatch(/JDK +MISSING +no Java found/);
  });

  it('config shows no secret', async () => {
    const { code, lines } = await spendline(['config'], { SPENDLINE_API_TOKEN: 'hush-hush-hush-hush' });
    expect(code).toBe(0);
    expect(lines.join('\n')).toMatch(/SPENDLINE_API_TOKEN +environment +\(set, not shown\)/);
    expect(lines.join('\n')).not.toContain('hush');
  });
});

whenBuilt('a supervisor that is killed', () => {
  it('leaves no server behind', async () => {
    const script = `
      const { startServer } = await import(${JSON.stringify(join(root, 'dist', 'libs', 'adapters', 'embedded', 'index.js'))});
      const server = await startServer({ title: 'x', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'],
        isReady: () => true, logFile: ${JSON.stringify(join(folder, 'x.log'))}, stopSignal: 'SIGTERM', graceMs: 10000 });
      console.log(server.pid);`;
    const supervisor = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await firstNumber(supervisor);
    const identity = processIdentity(pid)!;
    expect(isSameProcess(pid, identity)).toBe(true);
    supervisor.kill('SIGKILL');
    await eventually('the server to end', () => !isSameProcess(pid, identity));
  });
});

function listen(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

function writeRun(name: string, record: object): void {
  mkdirSync(join(folder, 'run'), { recursive: true });
  writeFileSync(join(folder, 'run', `${name}.json`), JSON.stringify(record));
}

async function firstNumber(child: ChildProcess): Promise<number> {
  const [chunk] = (await once(child.stdout!, 'data')) as [Buffer];
  return Number(chunk.toString());
}
