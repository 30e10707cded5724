import { fixedReference } from '#libs/application';
import { PipelineDriver, type DriverOptions } from '../../../testing/pipeline-driver.js';
import { agentState, at, BASE, bill, contact, feedback, REFERENCE, revenue } from '../centre.fixture.js';

const driverOf = (options: Partial<DriverOptions> = {}) =>
  new PipelineDriver({ reference: REFERENCE, partitions: 1, ...options });

const reasons = (driver: PipelineDriver) => driver.rejected.map(({ reason }) => reason);

function fates(driver: PipelineDriver): Record<string, number> {
  const count = (name: string) => driver.counters.get(`spendline_${name}_total`) ?? 0;
  return {
    in: count('events'),
    counted: count('counted'),
    duplicate: count('duplicates'),
    stale: count('stale'),
    late: count('late'),
    rejected: count('rejected'),
  };
}

describe('what lies in the future', () => {
  const soon = 300;
  const records = (seconds: number) => [
    contact('i', seconds),
    feedback('f', seconds),
    agentState(seconds),
    bill('l', { billedAt: at(seconds) }),
  ];

  it('is refused on the live clock beyond five minutes, to the millisecond, from every input', () => {
    const driver = driverOf({ stage: { clock: 'live' }, nowMs: BASE });
    driver.send(...records(soon + 0.001));
    expect(reasons(driver)).toEqual(['future', 'future', 'future', 'future']);
    expect(driver.rejected[0]?.detail).toBe('its time lies more than 300 s ahead of the clock');
    driver.send(...records(soon));
    expect(reasons(driver)).toHaveLength(4);
    expect(fates(driver)).toMatchObject({ in: 8, counted: 4, rejected: 4 });
    expect(driver.unaccounted).toBe(0);
  });

  it('is nothing unusual on the event clock', () => {
    const driver = driverOf({ nowMs: BASE });
    driver.send(...records(86_400));
    expect(reasons(driver)).toEqual([]);
  });

  it('does not move the clock when it is refused', () => {
    const driver = driverOf({ stage: { clock: 'live' }, nowMs: BASE });
    driver.send(contact('far', 3_600), contact('now', 0), contact('before', -60));
    driver.tick(100_000);
    expect(driver.windowAt('all', 'all', '1h', at(60))).toMatchObject({ interactions: 2, end: at(60) });
    expect(fates(driver)).toMatchObject({ late: 0 });
  });
});

describe('what cannot be costed', () => {
  it.each([
    ['no-fx-rate', contact('i', 0, { charges: [{ dimension: 'system', amount: '1', currency: 'EUR' }] })],
    ['no-fx-rate', contact('i', -3_601, { charges: [{ dimension: 'system', amount: '1', currency: 'USD' }] })],
    ['overflow', contact('i', 0, { charges: [{ dimension: 'system', amount: '9999999999', currency: 'USD' }] })],
    [
      'overflow',
      contact('i', 0, {
        charges: ['labour', 'labour', 'system', 'system'].map((dimension) => ({
          dimension,
          amount: dimension === 'labour' ? '9999999999' : '-9999999999',
          currency: 'CNY',
        })),
      }),
    ],
    ['no-fx-rate', bill('l', { currency: 'EUR' })],
    ['no-fx-rate', bill('l', { currency: 'USD', billedAt: at(-3_601) })],
    ['overflow', bill('l', { currency: 'USD', amount: '9999999999.99' })],
    ['correction-of-itself', bill('l', { correctionOf: 'l' })],
    ['schema', contact('i', 0, { handledBy: 'ghost' })],
    ['ends-before-start', contact('i', 0, { startedAt: at(1) })],
    ['unknown-currency', bill('l', { currency: 'XXY' })],
  ])('is refused with %s and leaves the rest alone', (reason, record) => {
    const driver = driverOf();
    driver.send(record, contact('good', 30), bill('good'));
    driver.finish();
    expect(reasons(driver)).toEqual([reason]);
    expect(driver.costEvents.map(({ sourceId }) => sourceId)).toEqual(['good', 'good']);
    expect(driver.windowAt('all', 'all', '1h', at(60))).toMatchObject({ interactions: 1, amount: '76.48' });
    expect(fates(driver)).toEqual({ in: 3, counted: 2, duplicate: 0, stale: 0, late: 0, rejected: 1 });
    expect(driver.unaccounted).toBe(0);
  });

  it('can be sent again once what was missing is there', () => {
    let source = fixedReference(REFERENCE);
    const driver = driverOf({ reference: { current: () => source.current() } });
    const record = contact('i', 0, { charges: [{ dimension: 'system', amount: '1', currency: 'EUR' }] });
    driver.send(record, bill('l', { currency: 'EUR' }));
    source = fixedReference({ ...REFERENCE, fxRates: [{ currency: 'EUR', rateMicros: 8_000_000n }] });
    driver.send(record, bill('l', { currency: 'EUR' }));
    expect(driver.costEvents.map(({ amount }) => amount)).toEqual(['24.48', '480.00']);
  });

  it('leaves the first copy as it was when a better one cannot be costed', () => {
    const driver = driverOf();
    driver.send(contact('i', 0, { updatedAt: at(0) }));
    driver.send(
      contact('i', 0, { updatedAt: at(1), charges: [{ dimension: 'system', amount: '1', currency: 'EUR' }] }),
    );
    driver.send(contact('i', 0, { updatedAt: at(1), talkSeconds: 240 }));
    driver.finish();
    expect(driver.costEvents.map(({ revision, amount }) => [revision, amount])).toEqual([
      [0, '16.48'],
      [1, '8.48'],
    ]);
    expect(driver.windowAt('all', 'all', '1h', at(60))).toMatchObject({ amount: '8.48', interactions: 1 });
  });
});

describe('copies of a contact', () => {
  it('without updatedAt and with other content contradict each other', () => {
    const driver = driverOf();
    driver.send(contact('i', 0), contact('i', 0), contact('i', 0, { talkSeconds: 7 }));
    expect(reasons(driver)).toEqual(['conflict']);
    expect(fates(driver)).toMatchObject({ counted: 1, duplicate: 1, rejected: 1 });
  });

  it('with updatedAt are better than one without, and one without is stale after them', () => {
    const driver = driverOf();
    driver.send(contact('i', 0), contact('i', 0, { updatedAt: at(1), talkSeconds: 7 }), contact('i', 0));
    expect(fates(driver)).toMatchObject({ counted: 2, stale: 1, rejected: 0 });
  });

  it('are one fact whatever form their times take', () => {
    const driver = driverOf();
    driver.send(contact('i', 0), contact('i', 0, { endedAt: BASE, startedAt: at(-480).replace('Z', '+00:00') }));
    expect(fates(driver)).toMatchObject({ counted: 1, duplicate: 1 });
  });

  it('that only say again what is known make an older one stale all the same', () => {
    const driver = driverOf();
    driver.send(
      contact('i', 0, { updatedAt: at(1), talkSeconds: 60 }),
      contact('i', 0, { updatedAt: at(5), talkSeconds: 60 }),
      contact('i', 0, { updatedAt: at(3), talkSeconds: 90 }),
    );
    driver.restart();
    driver.send(contact('i', 0, { updatedAt: at(4), talkSeconds: 30 }));
    expect(fates(driver)).toMatchObject({ counted: 1, duplicate: 1, stale: 2 });
    driver.finish();
    expect(driver.windowAt('all', 'all', '1h', at(60))).toMatchObject({ handleSeconds: 60, interactions: 1 });
  });

  it('move to another time, agent and channel, and take all of the first copy with them', () => {
    const driver = driverOf();
    driver.send(contact('i', 0, { updatedAt: at(0) }), contact('other', 75, { agentId: 'a-3', channel: 'email' }));
    expect(driver.windowAt('agent', 'a-1', '1h', at(60))).toMatchObject({ interactions: 1, revision: 0 });
    driver.send(contact('i', 150, { updatedAt: at(1), agentId: 'a-2', channel: 'chat', team: 'south' }));
    driver.finish();
    for (const [scope, id] of [
      ['agent', 'a-1'],
      ['channel', 'voice'],
      ['team', 'north'],
    ] as const) {
      expect(driver.windowAt(scope, id, '1h', at(180))).toMatchObject({ interactions: 0, amount: '0.00' });
    }
    for (const [scope, id] of [
      ['agent', 'a-2'],
      ['channel', 'chat'],
      ['team', 'south'],
    ] as const) {
      expect(driver.windowAt(scope, id, '1h', at(180))).toMatchObject({ interactions: 1, amount: '16.00' });
    }
    expect(driver.windowAt('all', 'all', '1h', at(180))).toMatchObject({ interactions: 2, amount: '32.00' });
  });

  it('of a late contact stay late', () => {
    const driver = driverOf();
    driver.send(contact('now', 1_800));
    driver.send(contact('i', 0, { updatedAt: at(0) }));
    driver.send(contact('i', 0, { updatedAt: at(1), talkSeconds: 240 }));
    driver.finish();
    expect(driver.windowAt('all', 'all', '1h', at(1_860))).toMatchObject({ interactions: 1, amount: '16.48' });
    expect(driver.windowAt('all', 'all', 'month', at(1_860))).toMatchObject({ interactions: 2, amount: '24.96' });
    expect(fates(driver)).toMatchObject({ counted: 2, late: 1 });
    expect(driver.outputs.filter(({ headers }) => headers?.['late'] === 'true')).toHaveLength(2);
  });

  it('are forgotten after the dedup horizon, and remembered up to it across a restart', () => {
    const driver = driverOf();
    driver.send(contact('i', 0), contact('now', 3_610));
    driver.restart();
    driver.send(contact('i', 0));
    expect(fates(driver)).toMatchObject({ counted: 2, duplicate: 1 });
    driver.send(contact('later', 3_611));
    driver.send(contact('i', 0));
    expect(fates(driver)).toMatchObject({ counted: 3, duplicate: 1, late: 1 });
  });
});

describe('bills and revenue', () => {
  it('are known for ever', () => {
    const driver = driverOf();
    driver.send(bill('l'), revenue('r'), contact('i', 0));
    driver.send(contact('much-later', 40 * 86_400));
    driver.restart();
    driver.send(bill('l'), revenue('r'), bill('l', { amount: '61' }), revenue('r', { amount: '1' }));
    expect(fates(driver)).toEqual({ in: 8, counted: 4, duplicate: 2, stale: 0, late: 0, rejected: 2 });
    expect(reasons(driver)).toEqual(['conflict', 'conflict']);
    expect(driver.costEvents.filter(({ source }) => source === 'billing')).toHaveLength(1);
  });

  it('publish one cost event for the whole line, at the start of its period', () => {
    const driver = driverOf();
    driver.send(
      bill('l', {
        ...{ periodStart: at(-3600), periodEnd: at(3600), subcategory: 'licences', currency: 'USD', vendorId: 'v' },
        allocate: { to: 'team', id: 'north' },
      }),
    );
    expect(driver.costEvents).toEqual([
      {
        costEventId: 'billing:l:0',
        source: 'billing',
        sourceId: 'l',
        revision: 0,
        occurredAt: at(-3600),
        vendorId: 'v',
        team: 'north',
        amount: '426.00',
        currency: 'CNY',
        breakdown: { system: '426.00' },
        lines: [{ dimension: 'system', subcategory: 'licences', amount: '426.00' }],
      },
    ]);
  });

  it('accrue in scope all and where they are allocated, and under unallocated where there is no activity', () => {
    const driver = driverOf();
    const period = { periodStart: at(0), periodEnd: at(600) };
    driver.send(
      contact('i', 0),
      bill('to-team', { ...period, allocate: { to: 'team', id: 'north' } }),
      bill('by-driver', { ...period, amount: '6.00', allocate: { to: 'agent', by: 'contacts' } }),
      bill('not-kept', { ...period, amount: '0.60', allocate: { to: 'region', id: 'north' } }),
    );
    driver.finish();
    const amounts = (end: string) =>
      (
        [
          ['all', 'all'],
          ['team', 'north'],
          ['agent', 'a-1'],
          ['agent', 'unallocated'],
          ['region', 'north'],
        ] as const
      ).map(([scope, id]) => driver.windowAt(scope, id, '1h', end)?.amount);
    expect(amounts(at(300))).toEqual(['49.78', '46.48', '17.08', '2.40', undefined]);
    expect(amounts(at(600))).toEqual(['83.08', '76.48', '17.08', '5.40', undefined]);
    expect(driver.windowAt('all', 'all', 'month', at(86_400))).toMatchObject({ amount: '83.08' });
  });

  it('fall whole where they have no period, credits too', () => {
    const driver = driverOf();
    driver.send(contact('i', 0), bill('credit', { amount: '-1.00', billedAt: at(100) }));
    driver.finish();
    expect(driver.windowAt('all', 'all', '5m', at(100))?.amount).toBe('16.48');
    expect(driver.windowAt('all', 'all', '5m', at(110))?.amount).toBe('15.48');
    expect(driver.windowAt('all', 'all', '5m', at(400))?.amount).toBe('-1.00');
    expect(driver.windowAt('all', 'all', '5m', at(410))?.amount).toBe('0.00');
  });
});

describe('feedback', () => {
  const complaints = (driver: PipelineDriver, scope: string, id: string, end = at(120)) =>
    driver.windowAt(scope, id, '1h', end)?.complaints ?? 0;

  it('counts at its own time in the scopes that it names', () => {
    const driver = driverOf();
    driver.send(contact('i', 0), feedback('f', 90, { agentId: 'a-2', channel: 'chat', vendorId: 'v' }));
    driver.finish();
    expect(driver.windowAt('agent', 'a-2', '5m', at(90))).toBeUndefined();
    expect(driver.windowAt('agent', 'a-2', '5m', at(100))).toMatchObject({ complaints: 1, interactions: 0 });
    for (const [scope, id, expected] of [
      ['all', 'all', 1],
      ['channel', 'chat', 1],
      ['vendor', 'v', 1],
      ['team', 'north', 1],
      ['channel', 'voice', 0],
      ['agent', 'a-1', 0],
    ] as const) {
      expect([scope, id, complaints(driver, scope, id)]).toEqual([scope, id, expected]);
    }
  });

  it('counts in those of its interaction while that is remembered, also after a restart', () => {
    const driver = driverOf();
    driver.send(contact('i', 0, { channel: 'email' }));
    driver.restart();
    driver.send(feedback('f', 90, { interactionId: 'i' }));
    driver.finish();
    for (const [scope, id] of [
      ['all', 'all'],
      ['agent', 'a-1'],
      ['channel', 'email'],
      ['team', 'north'],
    ] as const) {
      expect([scope, complaints(driver, scope, id)]).toEqual([scope, 1]);
    }
  });

  it('counts the same where it was read before its interaction, as a backlog may bring it', () => {
    const inOrder = driverOf();
    inOrder.send(contact('i', 60, { channel: 'email' }), feedback('f', 90, { interactionId: 'i', channel: 'chat' }));
    const before = driverOf();
    before.send(feedback('f', 90, { interactionId: 'i', channel: 'chat' }));
    before.restart();
    before.send(feedback('f', 90, { interactionId: 'i', channel: 'chat' }), contact('i', 60, { channel: 'email' }));
    before.restart();
    before.send(contact('i', 60, { channel: 'email' }));
    for (const driver of [inOrder, before]) driver.finish();
    for (const [scope, id, expected] of [
      ['all', 'all', 1],
      ['agent', 'a-1', 1],
      ['team', 'north', 1],
      ['channel', 'chat', 1],
      ['channel', 'email', 0],
    ] as const) {
      const each = [inOrder, before].map((driver) => complaints(driver, scope, id));
      expect([scope, id, ...each]).toEqual([scope, id, expected, expected]);
    }
  });

  it('counts in scope all alone once its interaction is forgotten', () => {
    const driver = driverOf();
    driver.send(contact('i', 0), contact('now', 3_700, { agentId: 'a-2', channel: 'chat' }));
    driver.send(feedback('f', 3_700, { interactionId: 'i' }));
    driver.finish();
    expect(complaints(driver, 'all', 'all', at(3_720))).toBe(1);
    expect(complaints(driver, 'agent', 'a-1', at(3_720))).toBe(0);
    expect(complaints(driver, 'channel', 'voice', at(3_720))).toBe(0);
  });

  it('counts once, and is refused when it comes again with other content', () => {
    const driver = driverOf();
    driver.send(contact('i', 0));
    driver.send(feedback('f', 0), feedback('f', 0), feedback('f', 0, { kind: 'quality-error' }));
    driver.finish();
    expect(reasons(driver)).toEqual(['conflict']);
    expect(fates(driver)).toMatchObject({ counted: 2, duplicate: 1, rejected: 1 });
    expect(driver.windowAt('all', 'all', '1h', at(60))).toMatchObject({ complaints: 1, errors: 0 });
  });

  it('adds scores up, and counts beyond the grace for the month alone', () => {
    const driver = driverOf();
    driver.send(contact('i', 1_800));
    driver.send(
      feedback('on-time', 1_750, { kind: 'csat', score: 87.5 }),
      feedback('late', 0, { kind: 'csat', score: 12.25 }),
    );
    driver.finish();
    expect(driver.windowAt('all', 'all', '1h', at(1_860))).toMatchObject({ csatSum: 87.5, csatCount: 1 });
    expect(driver.windowAt('all', 'all', 'month', at(1_860))).toMatchObject({ csatSum: 99.75, csatCount: 2 });
    expect(fates(driver)).toMatchObject({ counted: 2, late: 1 });
  });
});

describe('agent states', () => {
  it('count once, however often and in whatever order they come again', () => {
    const driver = driverOf();
    const [on, off] = [agentState(0), agentState(0, { state: 'break' })];
    driver.send(on, off, on, off);
    driver.restart();
    driver.send(on, agentState(0, { at: BASE }), agentState(1));
    expect(fates(driver)).toEqual({ in: 7, counted: 3, duplicate: 4, stale: 0, late: 0, rejected: 0 });
  });

  it('move the clock, and are late beyond the grace', () => {
    const driver = driverOf();
    driver.send(agentState(1_800));
    driver.send(agentState(1_189), agentState(1_190));
    expect(fates(driver)).toMatchObject({ counted: 2, late: 1 });
  });
});

describe('a replay into an empty system', () => {
  it('is whole in its windows, whichever partition is read first', () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const driver = new PipelineDriver({ reference: REFERENCE, partitions: 2, stage: { clock: 'event' } });
      driver.tick();
      for (const partition of order) {
        const hours = [0, 1, 2, 3].map((hour) => contact(`${String(partition)}-${String(hour)}`, hour * 3_600 + 600));
        driver.send(...hours.map((record) => ({ ...record, partition })));
      }
      driver.finish();
      for (const hour of [1, 2, 3, 4])
        expect(driver.windowAt('all', 'all', '1h', at(hour * 3_600))).toMatchObject({
          amount: '32.96',
          interactions: 2,
        });
    }
  });
});
