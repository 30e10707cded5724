import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  applyReferenceFile,
  buildReference,
  parseReferenceKey,
  printDiff,
  referenceEntry,
  referenceEntryFromWire,
  referenceKey,
  runOutboxRelay,
  type ApplyOptions,
  type DecisionMessage,
} from '#libs/application';
import { eventually } from '../../testing/eventually.js';
import { postgresMissing, startTestPostgres, type TestPostgres } from '#libs/testing';
import { Database, PostgresDecisionOutbox, PostgresReferenceStore, migrate } from './index.js';

const missing = await postgresMissing();
if (missing) console.warn(`skipped: ${missing}`);
const withPostgres = missing ? describe.skip : describe;

const SAMPLE = readFileSync(join(process.cwd(), 'deploy/reference/sample.yaml'), 'utf8');
const OPTIONS: ApplyOptions = { actor: 'ops', nowMs: Date.parse('2026-03-01T00:00:00Z'), dryRun: false, prune: false };
const AGENT = 'agents: [{ agentId: a, team: TEAM }]';

withPostgres('reference data in Postgres', () => {
  let postgres: TestPostgres;
  let database: Database;
  let store: PostgresReferenceStore;
  let outbox: PostgresDecisionOutbox;

  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.remove());
  beforeEach(async () => {
    await postgres.clear();
    await migrate(postgres.url);
    database = new Database({ databaseUrl: postgres.url, applicationName: 'test' });
    store = new PostgresReferenceStore(database);
    outbox = new PostgresDecisionOutbox(database);
  });
  afterEach(() => database.close());

  async function apply(yaml: string, options: Partial<ApplyOptions> = {}): Promise<string> {
    const result = await applyReferenceFile(store, yaml, { ...OPTIONS, ...options });
    return result.ok
      ? printDiff(result.diff, { prune: options.prune ?? false })
          .split('\n')
          .at(-1)!
      : result.reason;
  }

  async function drain(limit = 1000): Promise<DecisionMessage[]> {
    const messages: DecisionMessage[] = [];
    while ((await outbox.relay(limit, (batch) => Promise.resolve(void messages.push(...batch)))) > 0);
    return messages;
  }

  describe('applying a file', () => {
    it('keeps the sample organisation as it was read, and changes nothing the second time', async () => {
      expect(await apply(SAMPLE)).toMatch(/^\d+ added, 0 changed, 0 unchanged/);
      const entries = await store.list();
      expect(new Set(entries.map(({ version }) => version))).toEqual(new Set([1]));
      const waiting = await store.waiting();
      expect(waiting.length).toBeGreaterThan(0);
      expect(entries.filter(({ kind }) => kind === 'budget')).toEqual([]);
      const known = entries.length + waiting.length;
      expect(await apply(SAMPLE)).toBe(`0 added, 0 changed, ${known} unchanged, 0 not in the file left alone`);
      expect(await store.list()).toEqual(entries);
      expect(await postgres.query('SELECT 1 FROM reference_audit')).toHaveLength(entries.length);
    });

    it('counts versions on, over a removal too, and writes down who decided what', async () => {
      await apply(AGENT.replace('TEAM', 't1'));
      await apply(AGENT.replace('TEAM', 't2'), { actor: 'maria' });
      await apply('agents: []', { prune: true });
      await apply(AGENT.replace('TEAM', 't3'));
      expect((await store.list()).map(({ id, version }) => [id, version])).toEqual([['a', 4]]);
      const audit = await postgres.query('SELECT version, action, actor, body FROM reference_audit ORDER BY audit_id');
      expect(audit).toEqual([
        { version: 1, action: 'put', actor: 'ops', body: { agentId: 'a', team: 't1' } },
        { version: 2, action: 'put', actor: 'maria', body: { agentId: 'a', team: 't2' } },
        { version: 3, action: 'delete', actor: 'ops', body: null },
        { version: 4, action: 'put', actor: 'ops', body: { agentId: 'a', team: 't3' } },
      ]);
    });

    it('keeps groups of agents, and each set of one that begins later', async () => {
      await apply('agentGroups: [{ groupId: night, agents: [a, b] }]');
      await apply('agentGroups: [{ groupId: night, agents: [b], from: 2026-12-01 }]');
      const values = (await store.list()).map(({ kind, id, value }) => [kind, id, 'agents' in value && value.agents]);
      expect(values).toEqual([
        ['agent-group', 'night', ['a', 'b']],
        ['agent-group', 'night@2026-11-30T16:00:00.000Z', ['b']],
      ]);
    });

    it('keeps both prices when a new one begins later', async () => {
      const card = (fields: string): string => `rateCards: [{ rateId: r, for: default, kind: hourly, ${fields} }]`;
      await apply(card('amount: 100'));
      await apply(card('amount: 110, from: 2026-04-01'));
      const { rateCards } = buildReference(await store.list());
      expect(rateCards.map(({ amountMicros, fromMs }) => [amountMicros, fromMs])).toEqual([
        [110_000_000n, Date.parse('2026-03-31T16:00:00Z')],
        [100_000_000n, undefined],
      ]);
      const [row] = await postgres.query<{ valid_from: Date }>(
        'SELECT valid_from FROM reference_entry WHERE valid_from IS NOT NULL',
      );
      expect(row?.valid_from.toISOString()).toBe('2026-03-31T16:00:00.000Z');
    });

    it('writes nothing when somebody else wrote first', async () => {
      const entry = referenceEntry('agent', { agentId: 'a' }, 1);
      const other = referenceEntry('agent', { agentId: 'b' }, 1);
      await apply(AGENT.replace('TEAM', 't1'));
      const changes = [other, entry].map((each) => ({ action: 'put' as const, entry: each, expectedVersion: 0 }));
      expect(await store.write(changes, 'late', 0)).toEqual({
        ok: false,
        reason: 'changed-meanwhile',
        detail: 'agent/a is at version 1, not 0: apply again',
      });
      expect((await store.list()).map(referenceKey)).toEqual(['agent/a']);
      expect(await postgres.query('SELECT 1 FROM outbox')).toHaveLength(1);
    });

    it('lets exactly one of two writers through', async () => {
      const results = await Promise.all(['t1', 't2', 't3', 't4'].map((team) => apply(AGENT.replace('TEAM', team))));
      const written = await postgres.query<{ n: string }>('SELECT count(*) AS n FROM reference_audit');
      const refused = results.filter((result) => result === 'changed-meanwhile').length;
      expect(Number(written[0]?.n)).toBe(results.length - refused);
      expect((await store.list())[0]?.version).toBe(results.length - refused);
    });
  });

  describe('the outbox', () => {
    it('has what a stage needs to know the same reference', async () => {
      await apply(SAMPLE);
      await apply(SAMPLE.replace('amount: 120\n', 'amount: 125\n'));
      const topic = new Map((await drain(7)).map(({ key, value }) => [key, value]));
      const entries = [...topic].map(([key, value]) => {
        const result = referenceEntryFromWire(parseReferenceKey(key)!.kind, value!);
        if (!result.ok) throw new Error(result.detail);
        return result.entry;
      });
      expect(entries).toHaveLength((await store.list()).length);
      expect(new Set(entries)).toEqual(new Set(await store.list()));
    });

    it('is in the order of the decisions, and is handed out once', async () => {
      for (const team of ['t1', 't2', 't3']) await apply(AGENT.replace('TEAM', team));
      await apply('agents: []', { prune: true });
      const messages = await drain(2);
      expect(messages.map(({ value }) => value && (JSON.parse(value) as { team: string }).team)).toEqual([
        't1',
        't2',
        't3',
        null,
      ]);
      expect(await drain()).toEqual([]);
    });

    it('hands out again what could not be published', async () => {
      await apply(AGENT.replace('TEAM', 't1'));
      await expect(outbox.relay(10, () => Promise.reject(new Error('no broker')))).rejects.toThrow('no broker');
      expect(await drain()).toHaveLength(1);
    });

    it('is relayed by one at a time', async () => {
      await apply(AGENT.replace('TEAM', 't1'));
      let second: number | undefined;
      const first = await outbox.relay(10, async () => {
        second = await outbox.relay(10, () => Promise.reject(new Error('must not be called')));
      });
      expect([first, second]).toEqual([1, 0]);
    });

    it('takes everything again for a Kafka that has lost it', async () => {
      await apply(SAMPLE);
      const before = await drain();
      expect(await store.republish(0)).toBe(before.length);
      const parsed = (messages: DecisionMessage[]): Map<string, unknown> =>
        new Map(messages.map(({ key, value }) => [key, JSON.parse(value!) as unknown]));
      expect(parsed(await drain())).toEqual(parsed(before));
    });

    it('is published after outages of Postgres and Kafka, in order', async () => {
      const stop = new AbortController();
      const published: string[] = [];
      const faults: string[] = [];
      let brokerUp = false;
      const relay = runOutboxRelay({
        outbox,
        publisher: {
          publish: (messages) => {
            if (!brokerUp) return Promise.reject(new Error('no broker'));
            published.push(...messages.map(({ value }) => value!));
            return Promise.resolve();
          },
        },
        pause: () => new Promise((resolve) => setTimeout(resolve, 20)),
        signal: stop.signal,
        onFault: (error) => faults.push(String(error)),
      });
      await apply(AGENT.replace('TEAM', 't1'));
      await eventually(
        'Kafka to be missed',
        () => faults,
        () => faults.some((fault) => fault.includes('no broker')),
      );
      await postgres.kill();
      await eventually(
        'Postgres to be missed',
        () => faults.slice(-5),
        () => faults.some((fault) => !fault.includes('no broker')),
      );
      await postgres.start();
      await apply(AGENT.replace('TEAM', 't2'));
      brokerUp = true;
      await eventually(
        'both to be published',
        () => ({ published, faults: faults.slice(-5) }),
        () => published.length >= 2,
      );
      stop.abort();
      await relay;
      expect(published.map((value) => (JSON.parse(value) as { team: string }).team)).toEqual(['t1', 't2']);
    });
  });
});
