import fc from 'fast-check';
import { isZone, startOfDate } from './zone.js';

const iso = (date: string, zone: string): string | undefined => {
  const startMs = startOfDate(date, zone);
  return startMs === undefined ? undefined : new Date(startMs).toISOString();
};

describe('startOfDate', () => {
  it.each([
    ['2026-11-01', 'Asia/Shanghai', '2026-10-31T16:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-01-01', 'Pacific/Kiritimati', '2025-12-31T10:00:00.000Z'],
    ['2026-01-01', 'Pacific/Pago_Pago', '2026-01-01T11:00:00.000Z'],
    ['2024-02-29', 'UTC', '2024-02-29T00:00:00.000Z'],
  ])('%s in %s begins at %s', (date, zone, expected) => {
    expect(iso(date, zone)).toBe(expected);
  });

  it('begins with the first moment of the date where the clocks skip midnight', () => {
    expect(iso('2018-11-04', 'America/Sao_Paulo')).toBe('2018-11-04T03:00:00.000Z');
  });

  it('begins with the first of two midnights', () => {
    expect(iso('2025-11-02', 'America/Havana')).toBe('2025-11-02T04:00:00.000Z');
  });

  it.each(['2026-02-29', '2026-13-01', '2026-1-1', '01.11.2026', '2026-11-01T00:00:00Z', ''])(
    'refuses "%s"',
    (date) => {
      expect(startOfDate(date, 'UTC')).toBeUndefined();
    },
  );

  it('shows the date from its first millisecond on, and not one before', () => {
    const zones = ['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo'];
    const day = fc.date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(day, fc.constantFrom(...zones), (at, zone) => {
        const date = at.toISOString().slice(0, 10);
        const startMs = startOfDate(date, zone)!;
        const shown = (atMs: number): string => new Date(atMs).toLocaleDateString('sv-SE', { timeZone: zone });
        expect([shown(startMs - 1) < date, shown(startMs)]).toEqual([true, date]);
      }),
    );
  });
});

it('knows zones', () => {
  expect([isZone('Asia/Shanghai'), isZone('Mars/Olympus')]).toEqual([true, false]);
});
