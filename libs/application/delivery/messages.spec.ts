import { alertsOf, heartbeatAlert, KEEP_ALIVE } from './alertmanager.js';
import { pagerDutyEvent } from './pagerduty.js';
import { signalOf } from './signal.fixture.js';
import { signedContent, webhookMessage } from './webhook.js';

const CONSOLE = 'https://spendline.example.com';
const LINK = `${CONSOLE}/#/signals/burn%3Achannel%3Avoice%3Amonth`;
const NOW_MS = Date.parse('2026-03-02T10:30:05.000Z');
const CONTEXT = { receiver: { labels: { service: 'spendline' } }, console: CONSOLE, nowMs: NOW_MS };

describe('an alert of Alertmanager', () => {
  it('has everything that routes and people need', () => {
    expect(alertsOf(signalOf(), undefined, CONTEXT)).toEqual([
      {
        labels: {
          service: 'spendline',
          alertname: 'SpendlineBurnRate',
          rule: 'burn',
          scope: 'channel',
          id: 'voice',
          severity: 'critical',
          signal: 'burn:channel:voice:month',
        },
        annotations: {
          summary: 'Channel voice spends too fast',
          cause: 'usage',
          contributors: 'agent agent-007 120.50 CNY (61%)',
          variance: 'total 9.00: volume 5.00, mix 1.00, efficiency 2.00, rate 1.00',
          observed: '15 times',
          threshold: '14.4 times',
          window: '1h',
          runbook: 'https://wiki.example.com/burn',
          console: LINK,
          episode: signalOf().episodeId,
        },
        startsAt: '2026-03-02T10:00:00.000Z',
        endsAt: '2026-03-02T10:34:05.000Z',
        generatorURL: LINK,
      },
    ]);
  });

  it('keeps its labels over an episode, so that Alertmanager knows it again', () => {
    const later = signalOf({ sequence: 4, observed: 20, window: '6h', summary: 'worse', cause: 'late' });
    expect(alertsOf(later, signalOf(), CONTEXT).map(({ labels }) => labels)).toEqual([
      alertsOf(signalOf(), undefined, CONTEXT)[0]?.labels,
    ]);
  });

  it('is ended under its old severity when that changes', () => {
    const [fires, ended] = alertsOf(signalOf({ severity: 'warning' }), signalOf(), CONTEXT);
    expect(fires).toMatchObject({ labels: { severity: 'warning' }, endsAt: '2026-03-02T10:34:05.000Z' });
    expect(ended).toMatchObject({ labels: { severity: 'critical' }, endsAt: '2026-03-02T10:30:00.000Z' });
  });

  it('ends when the signal was resolved, never before it began nor in the future', () => {
    const ends = (startedAt: string, resolvedAt: string): string | undefined =>
      alertsOf(signalOf({ status: 'resolved', startedAt, resolvedAt }), undefined, CONTEXT)[0]?.endsAt;
    expect(ends('2026-03-02T10:00:00.000Z', '2026-03-02T10:20:00.000Z')).toBe('2026-03-02T10:20:00.000Z');
    expect(ends('2026-03-02T10:00:00.000Z', '2026-03-02T12:00:00.000Z')).toBe('2026-03-02T10:30:05.000Z');
    expect(ends('2026-03-02T11:00:00.000Z', '2026-03-02T12:00:00.000Z')).toBe('2026-03-02T10:30:05.001Z');
  });

  it('outlives several missed renewals', () => {
    expect(KEEP_ALIVE.validMs).toBeGreaterThanOrEqual(3 * KEEP_ALIVE.everyMs);
    expect(heartbeatAlert(CONTEXT)).toMatchObject({
      labels: { alertname: 'SpendlineHeartbeat', severity: 'none', service: 'spendline' },
      endsAt: '2026-03-02T10:34:05.000Z',
    });
  });
});

describe('an event of PagerDuty', () => {
  const receiver = { routingKey: 'key', severities: { critical: 'critical', warning: 'error', info: 'info' } } as const;

  it('triggers and resolves one incident a signal', () => {
    const trigger = pagerDutyEvent(signalOf({ severity: 'warning' }), receiver, CONSOLE);
    const resolve = pagerDutyEvent(signalOf({ sequence: 9, status: 'resolved' }), receiver, CONSOLE);
    expect(trigger).toMatchObject({
      routing_key: 'key',
      event_action: 'trigger',
      dedup_key: 'spendline:burn:channel:voice:month',
      links: [{ href: LINK }, { href: 'https://wiki.example.com/burn' }],
      payload: {
        summary: 'Channel voice spends too fast',
        source: 'channel:voice',
        severity: 'error',
        timestamp: '2026-03-02T10:30:00.000Z',
        custom_details: { cause: 'usage', contributors: 'agent agent-007 120.50 CNY (61%)' },
      },
    });
    expect(resolve.event_action).toBe('resolve');
    expect(resolve.dedup_key).toBe(trigger.dedup_key);
  });

  it('cuts a summary to what PagerDuty takes', () => {
    expect(pagerDutyEvent(signalOf({ summary: 'x'.repeat(2_000) }), receiver, CONSOLE).payload.summary).toHaveLength(
      1_024,
    );
  });
});

describe('a webhook', () => {
  it('is the same at every attempt, and signed with its id and the time of the attempt', () => {
    const message = webhookMessage(signalOf({ sequence: 2 }), CONSOLE);
    expect(message.id).toBe('burn:channel:voice:month@2026-03-02T10:00:00.000Z:2');
    expect(JSON.parse(message.body)).toEqual({
      type: 'spendline.signal.v1',
      signal: signalOf({ sequence: 2 }),
      console: LINK,
    });
    expect(webhookMessage(signalOf({ sequence: 2 }), CONSOLE)).toEqual(message);
    expect(signedContent(message, 1_772_000_000)).toBe(`${message.id}.1772000000.${message.body}`);
  });
});
