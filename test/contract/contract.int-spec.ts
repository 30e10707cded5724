import { createHmac } from 'node:crypto';
import kafkajs from 'kafkajs';
import { eventually } from '../../libs/testing/eventually.js';
import { whyNoBroker } from '../../libs/testing/kafka/index.js';
import { postgresMissing } from '../../libs/testing/postgres.js';
import { CATALOGUE, TOPICS } from './catalogue.js';
import { Installation, PREFIX, PROGRAMS, SECRET } from './installation.js';
import { signalFaults, type Signal } from './judge-signals.js';
import { contentFaults, formFaults, sixDigits, type Window } from './judge-windows.js';
import { json, publishedSchemas, scrape, sum, type Read, type Request } from './outside.js';
import { Recount } from './recount.js';
import * as scenario from './scenario.js';

const { ConfigResourceTypes } = kafkajs;
const missing = whyNoBroker() ?? (await postgresMissing());
if (missing !== undefined) console.warn(`skipped: ${missing}`);

/** What another program may rely on, seen as it sees it: see outside.ts. */
(missing === undefined ? describe : describe.skip)('the contract, from outside', () => {
  let centre: Installation;

  beforeAll(async () => {
    centre = await Installation.open();
    await centre.play();
  });
  afterAll(() => centre.close());

  const outputs = (topic: string): Read[] => centre.outputs(topic);
  const afterwards = (): Recount => new Recount(centre.sent);
  const isAlive = (origin: string): Promise<boolean> =>
    fetch(`${origin}/health/live`).then(
      ({ ok }) => ok,
      () => false,
    );

  describe('section 1: topics', () => {
    it('are made with the partitions asked for, eight by default, and their cleanup policies', async () => {
      for (const [prefix, partitions] of [
        [PREFIX, scenario.PARTITIONS],
        ['', 8],
      ] as const) {
        const names = Object.keys(TOPICS).map((topic) => prefix + topic);
        const { topics } = await centre.admin.fetchTopicMetadata({ topics: names });
        const counts = topics.map(({ name, partitions: { length } }) => [name, length]);
        expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(names.map((name) => [name, partitions])));
        const resources = names.map((name) => ({
          type: ConfigResourceTypes.TOPIC,
          name,
          configNames: ['cleanup.policy'],
        }));
        const described = await centre.admin.describeConfigs({ includeSynonyms: false, resources });
        const policies = described.resources.map((each) => [
          each.resourceName.slice(prefix.length),
          each.configEntries[0]?.configValue,
        ]);
        expect(Object.fromEntries(policies)).toEqual(TOPICS);
      }
    });

    it('that are wrong or missing stop the start, with their names and the difference', () => {
      const [wrong, none, few, settings] = centre.refused;
      expect(centre.refused.map(({ code }) => code)).toEqual([1, 1, 1, 1]);
      expect(wrong?.output).toMatch(/bad\.callcenter\.interactions 2.*bad\.callcenter\.feedback 3/);
      expect(wrong?.output).toMatch(/bad\.cost\.events has 1 partitions, but needs at least 3/);
      expect(wrong?.output).toMatch(
        /bad\.cost\.windows has cleanup\.policy=delete, but needs cleanup\.policy=compact,delete/,
      );
      for (const topic of Object.keys(TOPICS)) expect(none?.output).toContain(`none.${topic} is missing`);
      expect(few?.output).toMatch(/few\.callcenter\.interactions has 1 partitions.* at least 4/);
      expect(settings?.output).toMatch(/SPENDLINE_CLOCK/);
      expect(settings?.output).toMatch(/SPENDLINE_GRACE/);
      // A message for people, no trace of the program.
      for (const { output } of centre.refused) expect(output).not.toMatch(/^ +at /m);
    });

    it('that are wrong are found before anything is made', async () => {
      const topics = await centre.admin.listTopics();
      expect(topics.filter((name) => /^(bad|few|none)\./.test(name)).sort()).toEqual([
        'bad.callcenter.feedback',
        'bad.callcenter.interactions',
        'bad.cost.events',
        'bad.cost.windows',
        'few.callcenter.interactions',
      ]);
    });
  });

  describe('section 2: encoding', () => {
    it('is CloudEvents in binary mode, by the published schemas, under keys that any client finds', () => {
      const schemas = publishedSchemas();
      const kinds = [
        ['cost.events', 'cost-event.v1', 'spendline.cost.v1'],
        ['cost.windows', 'cost-window.v1', 'spendline.window.v1'],
        ['cost.signals', 'signal.v1', 'spendline.signal.v1'],
      ] as const;
      for (const [topic, schema, type] of kinds) {
        const ids = new Set<string>();
        expect(outputs(topic).length).toBeGreaterThan(0);
        for (const record of outputs(topic)) {
          const payload = json<Record<string, string>>(record);
          const { late, ...headers } = record.headers;
          expect(headers).toEqual({
            ce_specversion: '1.0',
            ce_id: expect.stringMatching(/./) as string,
            ce_source: expect.stringMatching(/^\/spendline/) as string,
            ce_type: type,
            ce_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
            ce_subject: topic === 'cost.events' ? payload['sourceId'] : record.key,
            'content-type': 'application/json',
          });
          expect(late === undefined || (topic === 'cost.events' && late === 'true')).toBe(true);
          ids.add(String(headers['ce_id']));
          if (!schemas[schema]?.(payload)) expect([payload, schemas[schema]?.errors]).toEqual([]);
          expect(record.partition).toBe(scenario.partitionOf(String(record.key)));
        }
        expect(ids.size).toBe(outputs(topic).length);
      }
    });
  });

  describe('section 3: bad input', () => {
    it('lies in cost.rejected, untouched, with its reason and its place', () => {
      const places = new Map<string, number>();
      const expected = centre.sent.flatMap(({ topic, key, value, headers = {}, fate }) => {
        const partition = key === null ? 0 : scenario.partitionOf(key);
        const offset = places.get(`${topic}/${String(partition)}`) ?? 0;
        places.set(`${topic}/${String(partition)}`, offset + 1);
        if (typeof fate === 'string') return [];
        const own = {
          reason: fate.rejected,
          'source-topic': PREFIX + topic,
          'source-partition': String(partition),
          'source-offset': String(offset),
        };
        return [{ key, value: value === null ? null : value.toString(), headers: { ...headers, ...own } }];
      });
      const actual = outputs('cost.rejected').map(({ key, value, headers: { detail, ...headers } }) => {
        expect(detail).toMatch(/./);
        return { key, value: value?.toString() ?? null, headers };
      });
      const byPlace = (a: { headers: Record<string, string> }, b: { headers: Record<string, string> }): number =>
        JSON.stringify(a.headers) < JSON.stringify(b.headers) ? -1 : 1;
      expect(actual.sort(byPlace)).toEqual(expected.sort(byPlace));
    });

    it('is what lies too far ahead of a live clock, and nothing nearer', async () => {
      const ahead = scenario.ahead(Date.now());
      await centre.send(ahead, '');
      const live = (name: string, labels = {}): Promise<number> =>
        scrape(centre.origins.live).then((page) => sum(page, name, labels));
      await eventually(
        'all of it to be taken',
        () => live('spendline_events_total'),
        (taken) => taken === ahead.length,
      );
      expect(await live('spendline_rejected_total', { reason: 'future' })).toBe(4);
      expect(await live('spendline_counted_total')).toBe(1);
    });
  });

  describe('sections 4 to 6: each fact once, at its cost', () => {
    it('is in cost.events with revisions from 0 on, the last of which says what it costs', () => {
      const actual = outputs('cost.events').map((record) => {
        const event = json<
          Record<string, unknown> & { lines: Record<string, string>[]; breakdown: Record<string, string> }
        >(record);
        const system = event.lines.filter(
          ({ dimension }) => dimension === 'system' && event['source'] === 'interaction',
        );
        return {
          ...{ source: event['source'], sourceId: event['source'] === 'agent-state' ? undefined : event['sourceId'] },
          ...{ revision: event['revision'], occurredAtMs: Date.parse(String(event['occurredAt'])), key: record.key },
          ...{ late: record.headers['late'] === 'true', amount: sixDigits(String(event['amount'])) },
          breakdown: Object.fromEntries(
            Object.entries(event.breakdown).map(([name, amount]) => [name, sixDigits(amount)]),
          ),
          system: system.map(({ subcategory = '', amount = '' }) => `${subcategory} ${sixDigits(amount)}`).sort(),
        };
      });
      const expected = afterwards().events.map((event) => ({ sourceId: undefined, ...event }));
      expect(sorted(actual)).toEqual(sorted(expected));
      expect(outputs('cost.events').map((record) => json<{ currency: string }>(record).currency)).not.toContain('EUR');
    });

    it('adds up: records in are counted, duplicate, stale, late or rejected', async () => {
      const page = await scrape(centre.origins.monitor);
      const since = centre.sent.slice(centre.sentBefore);
      const fates = (fate: string): number => since.filter((record) => record.fate === fate).length;
      expect(sum(page, 'spendline_events_total')).toBe(since.length);
      expect(sum(page, 'spendline_duplicates_total')).toBe(fates('duplicate'));
      expect(sum(page, 'spendline_late_total')).toBe(fates('late'));
      const reasons = since.flatMap(({ fate }) => (typeof fate === 'string' ? [] : [fate.rejected]));
      for (const reason of new Set(reasons))
        expect([reason, sum(page, 'spendline_rejected_total', { reason })]).toEqual([
          reason,
          reasons.filter((each) => each === reason).length,
        ]);
      expect(sum(page, 'spendline_rejected_total')).toBe(reasons.length);
      expect(sum(page, 'spendline_unaccounted_records')).toBe(0);
    });
  });

  describe('section 7: windows', () => {
    it('have the right keys, spans, revisions and order', () => {
      expect(formFaults(outputs('cost.windows'))).toEqual([]);
    });

    it('say at every step of every scope what a batch computation says', () => {
      const without = scenario.BEYOND_GRACE.flatMap((id, index, ids) => [[id], ids.slice(index + 1), ids]).map(
        (ids) =>
          new Recount(
            centre.sent.filter(
              ({ key, payload }) => !ids.includes((payload?.['interactionId'] as string | undefined) ?? String(key)),
            ),
          ),
      );
      const untilMs = scenario.MAIN_END_MS + 36 * 3_600_000;
      expect(contentFaults(outputs('cost.windows'), afterwards(), without, untilMs)).toEqual([]);
    });

    it('are published again with what came within the grace', () => {
      const revisions = outputs('cost.windows')
        .map((record) => json<Window>(record))
        .filter(({ revision }) => revision > 0);
      const scopes = new Set(revisions.map(({ scope, window }) => `${scope} ${window}`));
      for (const scope of ['all', 'agent', 'channel'])
        for (const window of ['5m', '1h', 'month']) expect(scopes).toContain(`${scope} ${window}`);
    });

    it('are open in the API and its event stream', async () => {
      const total = afterwards().ledger('all', 'all').content(0, Infinity, true)['amount'];
      await eventually(
        `the month to be ${String(total)}`,
        async () => {
          const answer = (await (await fetch(`${centre.origins.api}/api/v1/live`)).json()) as {
            totals: { month: { amount: string } | null };
          };
          return sixDigits(answer.totals.month?.amount ?? '0');
        },
        (month) => month === total,
      );
      const stop = new AbortController();
      const stream = await fetch(`${centre.origins.api}/api/v1/stream`, { signal: stop.signal });
      expect(stream.headers.get('content-type')).toContain('text/event-stream');
      const first = await stream.body?.getReader().read();
      expect(Buffer.from(first?.value ?? []).toString()).toMatch(/^event: snapshot$/m);
      stop.abort();
    });
  });

  describe('section 8: signals', () => {
    const signals = (): Signal[] => outputs('cost.signals').map((record) => json<Signal>(record));

    it('have episodes that begin, go on and end as they should, and say why', () => {
      expect(signalFaults(outputs('cost.signals'))).toEqual([]);
    });

    it('tell of the overspend once, and of its end', () => {
      const episode = signals().filter(
        ({ rule, scope, id }) => rule.kind === 'burn-rate' && scope === 'channel' && id === 'voice',
      );
      expect(new Set(episode.map(({ episodeId }) => episodeId)).size).toBe(1);
      expect(episode[0]).toMatchObject({ status: 'firing', severity: 'critical', sequence: 0, cause: 'usage' });
      expect(episode.at(-1)).toMatchObject({ status: 'resolved' });
      // The first hour's spend is over 14.4 times the variance from the first half of it on.
      const startedMs = Date.parse(episode[0]?.startedAt ?? '');
      expect(startedMs).toBeGreaterThanOrEqual(scenario.at(30));
      expect(startedMs).toBeLessThanOrEqual(scenario.at(35));
    });

    it('reach the receivers: Alertmanager, and a webhook that is signed', async () => {
      const told = (): Request[] =>
        centre.receiver.requests.filter(({ body }) => body.includes('burn-rate:channel:voice'));
      await eventually('the end to be told', told, (requests) =>
        requests.some(({ path, body }) => path === '/hook' && body.includes('"resolved"')),
      );
      await eventually('both to be told', told, (requests) => requests.some(({ path }) => path === '/api/v2/alerts'));
      const hook = told().find(({ path }) => path === '/hook');
      const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = hook?.headers ?? {};
      const mac = createHmac('sha256', SECRET).update(`${String(id)}.${String(timestamp)}.${hook?.body ?? ''}`);
      expect(signature).toBe(`v1,${mac.digest('base64')}`);
    });
  });

  describe('section 9: metrics and health', () => {
    it('has every metric of the catalogue under its name, kind and labels', async () => {
      const page = await scrape(centre.origins.monitor);
      expect(page.contentType).toContain('text/plain');
      for (const [name, { type, labels }] of Object.entries(CATALOGUE)) {
        expect([name, page.types[name]]).toEqual([name, type]);
        const own = page.series.filter((series) => series.name === (type === 'histogram' ? `${name}_count` : name));
        expect([name, own.length > 0]).toEqual([name, true]);
        for (const series of own) expect([name, Object.keys(series.labels).sort()]).toEqual([name, [...labels].sort()]);
      }
      expect(page.series.map(({ name }) => name)).toContain('process_cpu_seconds_total');
    });

    it('counts what was costed', async () => {
      const page = await scrape(centre.origins.monitor);
      const taken = centre.sent
        .slice(centre.sentBefore)
        .filter(({ topic, fate }) => topic === 'callcenter.interactions' && (fate === 'counted' || fate === 'late'));
      const firsts = new Map(taken.map(({ payload = {} }) => [payload['interactionId'], payload]));
      expect(sum(page, 'spendline_interactions_total')).toBe(firsts.size);
      const voice = [...firsts.values()].filter(
        (payload) => payload['channel'] === 'voice' && payload['handledBy'] !== 'bot',
      );
      expect(sum(page, 'spendline_handle_seconds_count', { channel: 'voice' })).toBe(voice.length);
      const all = afterwards().ledger('all', 'all').content(0, Infinity, true);
      const month = { scope: 'all', id: 'all', window: 'month' };
      expect(sum(page, 'spendline_window_cost', month)).toBeCloseTo(Number(all['amount']), 5);
      expect(sum(page, 'spendline_window_interactions', month)).toBe(all['interactions']);
      expect(sum(page, 'spendline_unit_cost', { ...month, per: 'interaction' })).toBeCloseTo(
        Number(all['amount']) / Number(all['interactions']),
        5,
      );
      expect(sum(page, 'spendline_automation_ratio', { window: 'month' })).toBeCloseTo(
        Number(all['automated']) / Number(all['interactions']),
        9,
      );
      expect(sum(page, 'spendline_complaint_ratio', month)).toBeCloseTo(
        Number(all['complaints']) / Number(all['interactions']),
        9,
      );
      const voiceMonth = Number(afterwards().ledger('channel', 'voice').content(0, Infinity, true)['amount']);
      expect(sum(page, 'spendline_budget_spent_ratio', { budget: 'voice' })).toBeCloseTo(voiceMonth / 7200, 9);
    });

    it('is served by every process, with its health', async () => {
      centre.start('simulator', 'simulator', { SPENDLINE_TOPIC_PREFIX: 'sim.' });
      for (const name of PROGRAMS) {
        if (name !== 'simulator') await centre.ready(name);
        await eventually(`${name} to be alive`, () => isAlive(centre.origins[name]));
        const [live, page] = [await fetch(`${centre.origins[name]}/health/live`), await scrape(centre.origins[name])];
        expect([name, live.status]).toEqual([name, 200]);
        expect([name, page.types['process_cpu_seconds_total'], page.types['spendline_commit_seconds']]).toEqual([
          name,
          'counter',
          'histogram',
        ]);
        for (const { name: metric, labels } of page.series)
          if (CATALOGUE[metric])
            expect([metric, Object.keys(labels).sort()]).toEqual([metric, [...CATALOGUE[metric].labels].sort()]);
      }
    });

    it('warns of facts without a rate card', async () => {
      expect(sum(await scrape(centre.origins.live), 'spendline_unrated_total')).toBe(1);
      const [warned, quiet] = await Promise.all(
        [centre.origins.live, centre.origins.monitor].map(
          async (origin) =>
            (await fetch(`${origin}/health/ready`)).json() as Promise<{
              status: string;
              details: { warnings?: string[] };
            }>,
        ),
      );
      expect(warned).toMatchObject({ status: 'ok', details: { warnings: [expect.stringContaining('rate card')] } });
      expect(quiet?.details.warnings).toEqual([]);
    });

    it('ends in good order when it is asked to', async () => {
      expect(centre.firstExit).toBe(0);
      const codes = await Promise.all(PROGRAMS.map(async (name) => [name, await centre.stop(name)] as const));
      expect(codes).toEqual(PROGRAMS.map((name) => [name, 0]));
    });
  });
});

/** In the order of their text: what comes from several partitions has none. */
function sorted(list: readonly unknown[]): unknown[] {
  return [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
