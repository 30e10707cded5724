import {
  encodeCostEvent,
  encodeCostWindow,
  encodeSignal,
  schemaFaults,
  type CostEvent,
  type CostWindow,
  type Signal,
} from '#libs/contract';

const costEvent: CostEvent = {
  costEventId: 'interaction/i-1/0',
  source: 'interaction',
  sourceId: 'i-1',
  revision: 0,
  occurredAt: '2026-01-05T01:08:10.000Z',
  agentId: 'agent-001',
  channel: 'voice',
  amount: '16.00',
  currency: 'CNY',
  breakdown: { labour: '16.00' },
  lines: [
    { dimension: 'labour', subcategory: 'wages', amount: '16.00', rateId: 'default', quantity: 480, unit: 'seconds' },
  ],
};
const costWindow: CostWindow = {
  scope: 'queue',
  id: 'a:b',
  window: '5m',
  start: '2026-01-05T01:05:00.000Z',
  end: '2026-01-05T01:10:00.000Z',
  revision: 2,
  currency: 'CNY',
  amount: '16.00',
  breakdown: { labour: '16.00' },
  interactions: 1,
  handledByAgents: 1,
  automated: 0,
  resolved: 1,
  handleSeconds: 480,
};
const signal: Signal = {
  signalKey: 'unit-cost/all/all',
  episodeId: 'unit-cost/all/all@1',
  sequence: 3,
  status: 'firing',
  severity: 'warning',
  rule: { id: 'unit-cost', kind: 'unit-cost' },
  scope: 'all',
  id: 'all',
  startedAt: '2026-01-05T01:00:00.000Z',
  observedAt: '2026-01-05T01:10:00.000Z',
  observed: 61.5,
  threshold: 50,
  summary: 'Cost per interaction is 61.50 CNY, above 50.00',
  cause: 'usage',
};

describe('encodeCostEvent', () => {
  it('writes CloudEvents in binary mode', () => {
    expect(schemaFaults('cost-event.v1', costEvent)).toBe('');
    const { key, value, headers } = encodeCostEvent(costEvent);
    expect(key).toBe('agent-001');
    expect(JSON.parse(value)).toEqual(costEvent);
    expect(headers).toEqual({
      ce_specversion: '1.0',
      ce_id: 'interaction/i-1/0',
      ce_source: '/spendline/cost',
      ce_type: 'spendline.cost.v1',
      ce_time: '2026-01-05T01:08:10.000Z',
      ce_subject: 'i-1',
      'content-type': 'application/json',
    });
  });

  it.each([
    ['the agent', { agentId: 'a', vendorId: 'v', botId: 'b' }, 'a'],
    ['else the vendor', { vendorId: 'v', botId: 'b' }, 'v'],
    ['else the bot', { botId: 'b' }, 'b'],
    ['the line of a bill, to whomever it goes', { source: 'billing', sourceId: 'l-1', agentId: 'a' }, 'l-1'],
  ] as const)('takes for its key %s', (_, fields, key) => {
    const { agentId: _agent, ...event } = costEvent;
    expect(encodeCostEvent({ ...event, ...fields }).key).toBe(key);
  });

  it('takes the key that the fact really had', () => {
    expect(encodeCostEvent(costEvent, { key: 'other' }).key).toBe('other');
  });

  it('marks what came beyond the grace', () => {
    expect(encodeCostEvent(costEvent, { late: true }).headers).toMatchObject({ late: 'true' });
  });
});

describe('encodeCostWindow', () => {
  it('is known by scope, id, window, end and revision', () => {
    expect(schemaFaults('cost-window.v1', costWindow)).toBe('');
    const { key, value, headers } = encodeCostWindow(costWindow, 'merge');
    expect(key).toBe('queue:a%3Ab:5m');
    expect(JSON.parse(value)).toEqual(costWindow);
    expect(headers).toMatchObject({
      ce_id: 'queue:a%3Ab:5m:2026-01-05T01:10:00.000Z:2',
      ce_source: '/spendline/merge',
      ce_type: 'spendline.window.v1',
      ce_time: '2026-01-05T01:10:00.000Z',
      ce_subject: 'queue:a%3Ab:5m',
    });
  });
});

describe('encodeSignal', () => {
  it('is known by episode and sequence', () => {
    expect(schemaFaults('signal.v1', signal)).toBe('');
    const { key, value, headers } = encodeSignal(signal);
    expect(key).toBe('unit-cost/all/all');
    expect(JSON.parse(value)).toEqual(signal);
    expect(headers).toMatchObject({
      ce_id: 'unit-cost/all/all@1:3',
      ce_source: '/spendline/merge',
      ce_type: 'spendline.signal.v1',
      ce_time: '2026-01-05T01:10:00.000Z',
      ce_subject: 'unit-cost/all/all',
    });
  });
});

describe('schemaFaults', () => {
  it('tells what an output must not be', () => {
    expect(schemaFaults('cost-event.v1', { ...costEvent, amount: 16, note: 'x' })).toBe(
      'the payload must NOT have additional properties; /amount must be string',
    );
    expect(schemaFaults('cost-window.v1', { ...costWindow, end: 'soon' })).toBe('/end must match format "date-time"');
  });
});
