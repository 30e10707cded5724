import 'reflect-metadata';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafka, ensureTopics, listDeadLetters, Publisher, resendDeadLetters } from '#libs/adapters/kafka';
import { snoozeToWire } from '#libs/application';
import { createLogger } from '#libs/adapters/logging';
import { loadDeliveryConfig } from '#libs/config';
import { encodeSignal, type Signal } from '#libs/contract';
import { hasAlertmanager, startAlertmanager, type TestAlertmanager } from '../../libs/testing/alertmanager.js';
import { freePort } from '../../libs/testing/free-port.js';
import { Program } from '../../libs/testing/program.js';
import { eventually, KafkaBroker, whyNoBroker } from '#libs/testing/kafka';
import { startDelivery, type RunningDelivery } from './delivery.js';
import { isGenuine, TestReceiver } from '../../libs/testing/test-receiver.js';

const missing = whyNoBroker();
if (missing) console.warn(`skipped: ${missing}`);
const withAlertmanager = hasAlertmanager();
if (!withAlertmanager) console.warn('skipped in part: no prometheus-alertmanager found');
/** Skipped where Debian's prometheus-alertmanager is not: the tests hold a real one to its word. CI installs it, so never there. */
const itWithAlertmanager = withAlertmanager ? it : it.skip;

const SECRET = 'a-secret-of-this-test';
const now = (): string => new Date().toISOString();

/** One message of an episode that started when the test did. */
function message(signalKey: string, sequence: number, more: Partial<Signal> = {}): Signal {
  const startedAt = new Date(STARTED_MS).toISOString();
  return {
    signalKey,
    episodeId: `${signalKey}@${startedAt}`,
    sequence,
    status: 'firing',
    severity: 'warning',
    rule: { id: 'burn-rate', kind: 'burn-rate', version: 1 },
    scope: 'channel',
    id: 'voice',
    startedAt,
    observedAt: now(),
    observed: 15,
    threshold: 14.4,
    unit: 'times',
    currency: 'CNY',
    summary: 'Channel voice spends 15 times as fast as planned',
    contributors: [{ scope: 'agent', id: 'agent-007', amount: '120.50', share: 0.61 }],
    cause: 'usage',
    ...more,
  };
}

const resolved = (signalKey: string, sequence: number): Signal =>
  message(signalKey, sequence, { status: 'resolved', resolvedAt: now() });

const STARTED_MS = Date.now();

(missing ? describe.skip : describe)('the delivery', () => {
  let broker: KafkaBroker;
  let publisher: Publisher;
  let prefix: string;
  let tests = 0;
  let folder: string;
  let webhook: TestReceiver;
  let alertmanager: TestAlertmanager | undefined;
  /** Whom Alertmanager tells. */
  let behind: TestReceiver;
  const running: RunningDelivery[] = [];
  const fatal: Error[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spendline-delivery-'));
    broker = await KafkaBroker.start();
    behind = new TestReceiver(await freePort());
    await behind.start();
    if (withAlertmanager) alertmanager = await startAlertmanager(folder, behind.url);
  });

  beforeEach(async () => {
    prefix = `d${++tests}.`;
    const settings = broker.settings(prefix);
    await ensureTopics(createKafka(settings, 'setup'), settings);
    publisher = new Publisher({ settings });
    await publisher.connect();
    webhook = new TestReceiver(await freePort());
    await webhook.start();
    fatal.length = 0;
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
    await publisher.disconnect();
    await webhook.stop();
    expect(fatal).toEqual([]);
  });

  afterAll(async () => {
    await alertmanager?.stop();
    await behind.stop();
    await broker.stop();
    rmSync(folder, { recursive: true });
  });

  const publish = (...signals: Signal[]): Promise<void> =>
    publisher.send(
      'signals',
      signals.map((each) => encodeSignal(each)),
    );

  /** To one partition, so that they are read in this order. */
  const publishInOrder = (...signals: Signal[]): Promise<void> =>
    publisher.send(
      'signals',
      signals.map((each) => ({ ...encodeSignal(each), partition: 0 })),
    );

  const snooze = (signalKey: string, forMs: number): Promise<void> => {
    const { episodeId } = message(signalKey, 0);
    const [madeAtMs, untilMs] = [Date.now(), Date.now() + forMs];
    const value = snoozeToWire({ signalKey, episodeId, madeAtMs, untilMs, by: 'Omar' });
    return publisher.send('snoozes', [{ key: episodeId, value }]);
  };

  const told = (): string[] =>
    webhook.accepted.map(({ body }) => {
      const { signal } = JSON.parse(body) as { signal: Signal };
      return `${signal.signalKey}${signal.sequence}`;
    });

  function environmentFor(receivers: string, metricsPort: number): Record<string, string> {
    const file = join(folder, `receivers-${metricsPort}.yaml`);
    writeFileSync(file, receivers);
    return {
      KAFKA_BROKERS: broker.address,
      SPENDLINE_TOPIC_PREFIX: prefix,
      SPENDLINE_PARTITIONS: '4',
      SPENDLINE_RECEIVERS: file,
      SPENDLINE_METRICS_PORT: String(metricsPort),
      DELIVERY_TEST_SECRET: SECRET,
    };
  }

  async function start(receivers: string): Promise<RunningDelivery> {
    const config = loadDeliveryConfig(environmentFor(receivers, await freePort()));
    const onFatal = (error: Error): void => void fatal.push(error);
    const delivery = await startDelivery({ config, logger: createLogger('test', 'silent'), onFatal });
    running.push(delivery);
    return delivery;
  }

  const hook = (name: string, url: string): string => `
  - { name: ${name}, kind: webhook, url: '${url}', secret: { env: DELIVERY_TEST_SECRET }, allowHttp: true, allowNetworks: [127.0.0.1/32] }`;

  /** It reads from Kafka: what is published from now on it tells. */
  const joined = ({ metricsUrl }: Pick<RunningDelivery, 'metricsUrl'>): Promise<unknown> =>
    eventually(
      'the delivery to join',
      () =>
        fetch(metricsUrl.replace('metrics', 'health/ready')).then(
          async (answer) => ({ isReady: answer.ok, says: await answer.text() }),
          (error: unknown) => ({ isReady: false, says: String(error) }),
        ),
      ({ isReady }) => isReady,
    );

  const metric = async ({ metricsUrl }: RunningDelivery, series: string): Promise<number> => {
    const text = await (await fetch(metricsUrl)).text();
    const line = text.split('\n').find((each) => each.startsWith(series));
    return Number(line?.slice(series.length) ?? Number.NaN);
  };
  const untilMetric = (delivery: RunningDelivery, series: string, value: number): Promise<number> =>
    eventually(
      `${series}${value}`,
      () => metric(delivery, series),
      (seen) => seen === value,
    );

  /** Waits until the receiver has taken so many messages. */
  const arrived = (what: string, count: number, at = webhook): Promise<unknown> =>
    eventually(
      what,
      () => at.ids(),
      ({ length }) => length >= count,
    );

  it('tells a webhook of an episode, signed, each message once and in order', async () => {
    await joined(await start(`receivers: ${hook('hook', webhook.url)}\nroutes: [{ receivers: [hook] }]`));
    const messages = [message('a', 0), message('a', 1), resolved('a', 2)];
    for (const each of messages) await publish(each);
    await arrived('three messages', 3);
    expect(webhook.ids()).toEqual(messages.map(({ episodeId, sequence }) => `${episodeId}:${sequence}`));
    for (const each of webhook.accepted) expect(isGenuine(each, SECRET, Date.now())).toBe(true);
    const [first] = webhook.accepted;
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      signal: messages[0],
      console: 'http://127.0.0.1:3000/#/signals/a',
    });
    expect(isGenuine({ headers: first?.headers ?? {}, body: `${first?.body} ` }, SECRET, Date.now())).toBe(false);
  });

  itWithAlertmanager('keeps a real Alertmanager told: firing with its reasons, then resolved', async () => {
    const receivers = `
  - { name: am, kind: alertmanager, url: '${alertmanager!.origin}', allowHttp: true, allowNetworks: [127.0.0.1/32], labels: { service: spendline } }`;
    await publish(message('b', 0));
    await start(`receivers: ${receivers}\nroutes: [{ receivers: [am] }]`);
    const ofSignal = async () => (await alerts()).filter(({ labels }) => labels['signal'] === 'b');
    const [alert] = await eventually('firing', ofSignal, ({ length }) => length === 1);
    expect(alert?.labels).toEqual({
      alertname: 'SpendlineBurnRate',
      rule: 'burn-rate',
      scope: 'channel',
      id: 'voice',
      severity: 'warning',
      signal: 'b',
      service: 'spendline',
    });
    expect(alert?.annotations).toMatchObject({ cause: 'usage', contributors: 'agent agent-007 120.50 CNY (61%)' });
    await eventually(
      'the heartbeat',
      async () => (await alerts()).map(({ labels }) => labels['alertname']),
      (names) => names.includes('SpendlineHeartbeat'),
    );
    await publish(message('b', 1, { severity: 'critical', previousSeverity: 'warning' }));
    await eventually(
      'the graver one alone to fire',
      ofSignal,
      (firing) => firing.length === 1 && firing[0]?.labels['severity'] === 'critical',
    );
    await publish({ ...resolved('b', 2), severity: 'critical' });
    await eventually('the resolve', ofSignal, ({ length }) => length === 0);
  });

  async function alerts(): Promise<{ labels: Record<string, string>; annotations: Record<string, string> }[]> {
    const response = await fetch(`${alertmanager!.origin}/api/v2/alerts?active=true`);
    return (await response.json()) as { labels: Record<string, string>; annotations: Record<string, string> }[];
  }

  it('holds nobody up for a receiver that is down, which gets everything after', async () => {
    const away = new TestReceiver(await freePort());
    const receivers = `receivers: ${hook('hook', webhook.url)}${hook('away', away.url)}\nroutes: [{ receivers: [hook, away] }]`;
    const delivery = await start(receivers);
    await joined(delivery);
    const messages = Array.from({ length: 6 }, (_, index) => message(`c${index}`, 0));
    for (const each of messages) await publish(each);
    await publish(resolved('c0', 1));
    await arrived('all of it at the other', 7);
    await untilMetric(delivery, 'spendline_delivery_circuit_open{receiver="away"} ', 1);
    expect(await metric(delivery, 'spendline_delivery_circuit_open{receiver="hook"} ')).toBe(0);
    await away.start();
    await arrived('the rest', 7, away);
    expect(new Set(away.ids())).toEqual(new Set(webhook.ids()));
    expect(away.ids().indexOf(`${resolved('c0', 1).episodeId}:1`)).toBeGreaterThan(
      away.ids().indexOf(`${message('c0', 0).episodeId}:0`),
    );
    await untilMetric(delivery, 'spendline_delivery_waiting_records{receiver="away"} ', 0);
    await away.stop();
  });

  it('killed in mid-episode it repeats one message under its id, and loses no resolve', async () => {
    const receivers = `receivers: ${hook('hook', webhook.url)}\nroutes: [{ receivers: [hook] }]`;
    const environment = environmentFor(receivers, await freePort());
    const first = new Program('apps/delivery/main.ts', environment);
    await joined({ metricsUrl: `http://127.0.0.1:${environment['SPENDLINE_METRICS_PORT']}/metrics` });
    const [fires, goesOn] = [message('k', 0), message('k', 1)];
    await publish(fires);
    await arrived('the first message', 1);
    // The receiver has taken the message, and we die before we know.
    let killed: Promise<void> | undefined;
    webhook.answer = () => {
      killed ??= first.end('SIGKILL');
      return 204;
    };
    await publish(goesOn);
    await eventually('the kill', () => killed !== undefined);
    await killed;
    await publish(resolved('k', 2));
    const second = new Program('apps/delivery/main.ts', environment);
    await eventually(
      'the resolve',
      () => webhook.ids(),
      (ids) => ids.includes(`${fires.episodeId}:2`),
    );
    await second.end('SIGTERM');
    const sequences = webhook.accepted.map(({ body }) => (JSON.parse(body) as { signal: Signal }).signal.sequence);
    expect(sequences).toEqual([0, 1, 1, 2]);
    expect(new Set(webhook.ids()).size).toBe(3);
  });

  it('calls nobody for a part while the whole fires by the same rule, and does once that is over', async () => {
    const earlier = { startedAt: new Date(STARTED_MS - 60_000).toISOString() };
    const whole = message('whole', 0, { ...earlier, scope: 'all', id: 'all' });
    await publish(whole);
    await start(`receivers: ${hook('hook', webhook.url)}\nroutes: [{ receivers: [hook] }]`);
    await arrived('the whole', 1);
    const [part, other] = [message('part', 0), message('other', 0, { rule: { id: 'other', kind: 'unit-cost' } })];
    await publish(part, other);
    await arrived('the other rule', 2);
    await publish({ ...whole, sequence: 1, status: 'resolved', observedAt: now(), resolvedAt: now() });
    await arrived('the part', 4);
    expect(told()).toEqual(['whole0', 'other0', 'whole1', 'part0']);
  });

  it('is quiet about what somebody snoozed, over a restart, until the snooze ends; but tells its end', async () => {
    const receivers = `receivers: ${hook('hook', webhook.url)}\nroutes: [{ receivers: [hook] }]`;
    const first = await start(receivers);
    await publishInOrder(message('s', 0));
    await arrived('that it fires', 1);
    await first.stop();
    running.length = 0;
    await snooze('s', 3_600_000);
    await start(receivers);
    await publishInOrder(message('s', 1, { severity: 'critical' }), message('after', 0));
    await arrived('what came after', 2);
    expect(told()).toEqual(['s0', 'after0']);
    await snooze('s', 500);
    await arrived('that it goes on', 3);
    await snooze('s', 3_600_000);
    await publishInOrder(resolved('s', 2));
    await arrived('the resolve', 4);
    expect(told()).toEqual(['s0', 'after0', 's1', 's2']);
    expect(new Set(webhook.ids()).size).toBe(4);
  });

  itWithAlertmanager('has an Alertmanager be quiet about what is snoozed, and tell that it was resolved', async () => {
    const receivers = `
  - { name: am, kind: alertmanager, url: '${alertmanager!.origin}', allowHttp: true, allowNetworks: [127.0.0.1/32] }`;
    const statesBehind = (): string[] =>
      behind.accepted
        .map(({ body }) => JSON.parse(body) as { status: string; groupLabels: Record<string, string> })
        .flatMap(({ status, groupLabels }) => (groupLabels['signal'] === 'q' ? [status] : []));
    const silences = async (): Promise<{ status: { state: string }; comment: string; endsAt: string }[]> => {
      const response = await fetch(`${alertmanager!.origin}/api/v2/silences`);
      return (await response.json()) as { status: { state: string }; comment: string; endsAt: string }[];
    };
    await start(`receivers: ${receivers}\nroutes: [{ receivers: [am] }]`);
    await publish(message('q', 0));
    await eventually('firing, behind it', statesBehind, ({ length }) => length === 1);
    await snooze('q', 3_600_000);
    const [first] = await eventually('the silence', silences, ({ length }) => length === 1);
    expect(first?.comment).toMatch(/^Omar snoozed q@/);
    await snooze('q', 7_200_000);
    expect(await eventually('a longer one', silences, ([now]) => now?.endsAt !== first?.endsAt)).toHaveLength(1);
    await publish(resolved('q', 1));
    await eventually('resolved, behind it', statesBehind, ({ length }) => length >= 2);
    expect(statesBehind()).toEqual(['firing', 'resolved']);
    expect((await silences()).map(({ status }) => status.state)).toEqual(['expired']);
  });

  it('keeps what a receiver refuses as a dead letter, which is sent again when somebody asks', async () => {
    const delivery = await start(`receivers: ${hook('hook', webhook.url)}\nroutes: [{ receivers: [hook] }]`);
    await joined(delivery);
    webhook.answer = ({ body }) => (body.includes('"sequence":0') ? 422 : 204);
    await publish(message('x', 0), message('x', 1));
    await arrived('the next one', 1);
    const dead = 'spendline_delivery_dead_letters{receiver="hook"} ';
    await untilMetric(delivery, dead, 1);
    const settings = broker.settings(prefix);
    expect(await listDeadLetters(settings)).toMatchObject([{ receiver: 'hook', reason: 'HTTP 422', state: 'dead' }]);
    webhook.answer = () => 204;
    expect(await resendDeadLetters(settings, { receiver: 'hook' })).toHaveLength(1);
    await arrived('it', 2);
    await untilMetric(delivery, dead, 0);
    expect(await listDeadLetters(settings)).toEqual([]);
  });
});
