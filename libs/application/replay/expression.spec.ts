import fc from 'fast-check';
import { DateTime } from 'luxon';
import { expressionSchemas } from './expression.js';
import { durationSeconds, isTimeFormat } from './row-time.js';
import { RowFault, type Row, type Value } from './value.js';

const { expression, condition } = expressionSchemas({ zone: 'Asia/Jerusalem', blanks: new Set(['N/A']) });

function evaluate(raw: unknown, row: Row = {}, values: Record<string, Value> = {}): Value {
  return expression.parse(raw)({ row, values });
}

function decide(raw: unknown, row: Row = {}): boolean {
  return condition.parse(raw)({ row, values: {} });
}

const ROW: Row = {
  Agent: ' Diane ',
  Note: '',
  Server: 'N/A',
  Seconds: '109',
  Long: '0:02:23',
  Date: '2010-08-01',
  Time: '0:10:10',
};

describe('expressions', () => {
  it.each<[string, unknown, Value]>([
    ['a constant', 'voice', 'voice'],
    ['a number', 12.5, 12.5],
    ['a column, trimmed', { column: 'Agent' }, 'Diane'],
    ['an empty column', { column: 'Note' }, undefined],
    ['a blank of the mapping', { column: 'Server' }, undefined],
    ['a column that is not there', { column: 'nowhere' }, undefined],
    ['concat', { concat: ['pwc-', { column: 'Agent' }, 7] }, 'pwc-Diane7'],
    ['concat with something absent', { concat: ['pwc-', { column: 'Note' }] }, undefined],
    ['lower', { lower: { column: 'Agent' } }, 'diane'],
    ['slug', { slug: ' Payment / related! ' }, 'payment-related'],
    ['slug of nothing but signs', { slug: '--' }, undefined],
    ['number', { number: { column: 'Seconds' } }, 109],
    ['duration', { duration: { column: 'Long' } }, 143],
    ['coalesce', { coalesce: [{ column: 'Note' }, { column: 'Agent' }] }, 'Diane'],
    ['when', { when: { if: { present: { column: 'Agent' } }, then: 1, else: 2 } }, 1],
    ['when without else', { when: { if: { absent: { column: 'Agent' } }, then: 1 } }, undefined],
    ['lookup', { lookup: { of: { column: 'Agent' }, table: { Diane: true } } }, true],
    ['lookup with otherwise', { lookup: { of: { column: 'Agent' }, table: {}, otherwise: 'x' } }, 'x'],
    ['lookup of nothing', { lookup: { of: { column: 'Note' }, table: {} } }, undefined],
    ['object', { object: { a: 1, b: { column: 'Note' } } }, { a: 1 }],
    ['list', { list: [{ object: { a: 1 } }, { column: 'Note' }] }, [{ a: 1 }]],
    [
      'time in the zone',
      { time: { of: [{ column: 'Date' }, { column: 'Time' }], format: 'yyyy-MM-dd H:mm:ss' } },
      Date.UTC(2010, 6, 31, 21, 10, 10),
    ],
    [
      'time in a zone of its own',
      { time: { of: '2010-08-01 0:10', format: 'yyyy-MM-dd H:mm', zone: 'UTC' } },
      Date.UTC(2010, 7, 1, 0, 10),
    ],
    [
      'the first format that fits',
      { time: { of: '01.08.2010', format: ['yyyy-MM-dd', 'dd.MM.yyyy'], zone: 'UTC' } },
      Date.UTC(2010, 7, 1),
    ],
    [
      'an ISO time with an offset',
      { time: { of: '2010-08-01T00:00:00+08:00', format: 'iso' } },
      Date.UTC(2010, 6, 31, 16),
    ],
    ['epoch seconds', { time: { of: '1280620800', format: 'epoch-s' } }, 1_280_620_800_000],
    ['epoch milliseconds', { time: { of: 1_280_620_800_123, format: 'epoch-ms' } }, 1_280_620_800_123],
    ['seconds later', { addSeconds: { to: 1000, seconds: 2.5 } }, 3500],
    ['seconds later than nothing', { addSeconds: { to: { column: 'Note' }, seconds: 2 } }, undefined],
  ])('%s', (_, raw, expected) => {
    expect(evaluate(raw, ROW)).toEqual(expected);
  });

  it('reads a path of JSONL, and no inherited name', () => {
    const row = { queue: { name: 'sales' }, seconds: 12 };
    expect(evaluate({ column: 'queue.name' }, row)).toBe('sales');
    expect(evaluate({ column: 'seconds' }, row)).toBe(12);
    expect(evaluate({ column: 'queue.constructor' }, row)).toBeUndefined();
  });

  it('agrees with luxon on wall clock times, also where the clocks change', () => {
    const zones = ['Asia/Jerusalem', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Shanghai', 'America/St_Johns'];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 366 * 24 * 60 }), (zone, minutes) => {
        const wall = DateTime.fromMillis(Date.UTC(2010, 0, 1) + minutes * 60_000, { zone: 'utc' });
        const text = wall.toFormat('yyyy-MM-dd HH:mm');
        const expected = DateTime.fromFormat(text, 'yyyy-MM-dd HH:mm', { zone });
        const read = evaluate({ time: { of: text, format: 'yyyy-MM-dd HH:mm', zone } });
        // Either of two is right where an hour comes twice.
        expect(expected.getPossibleOffsets().map((time) => time.toMillis())).toContain(read);
      }),
      { numRuns: 1000 },
    );
  });

  it('knows clocks that change at a minute past midnight, as those of Newfoundland did until 2011', () => {
    const read = (of: string) => evaluate({ time: { of, format: 'yyyy-MM-dd HH:mm', zone: 'America/St_Johns' } });
    expect(read('2010-03-14 00:00')).toBe(Date.UTC(2010, 2, 14, 3, 30));
    expect(read('2010-03-14 01:01')).toBe(Date.UTC(2010, 2, 14, 3, 31));
    expect(read('2010-03-14 01:14')).toBe(Date.UTC(2010, 2, 14, 3, 44));
    expect(read('2010-11-07 00:02')).toBe(Date.UTC(2010, 10, 7, 3, 32));
  });

  it('puts a time of day after midnight on the next day, also in the night when the clocks change', () => {
    const raw = {
      time: { of: ['2010-08-02', { column: 'time' }], format: 'yyyy-MM-dd H:mm:ss', after: { value: 'then' } },
    };
    const then = Date.UTC(2010, 7, 2, 20, 54);
    expect(evaluate(raw, { time: '23:53:58' }, { then })).toBe(Date.UTC(2010, 7, 2, 20, 53, 58));
    expect(evaluate(raw, { time: '0:04:25' }, { then })).toBe(Date.UTC(2010, 7, 2, 21, 4, 25));
    const change = { time: { of: ['2010-09-11', '3:00'], format: 'yyyy-MM-dd H:mm', after: { value: 'then' } } };
    // Israel's clocks went back from 2:00 to 1:00 on 12 September 2010.
    expect(evaluate(change, {}, { then: Date.UTC(2010, 8, 11, 20) })).toBe(Date.UTC(2010, 8, 12, 1));
  });

  it.each<[unknown, string]>([
    [{ number: 'twelve' }, 'unreadable-number'],
    [{ duration: '1:77' }, 'unreadable-duration'],
    [{ time: { of: '2010-02-30', format: 'yyyy-MM-dd' } }, 'unreadable-time'],
    [{ lookup: { of: 'X', table: { Y: 1 } } }, 'unknown-code'],
  ])('%j is a fault of the row', (raw, reason) => {
    const thrown = (): unknown => {
      try {
        return evaluate(raw);
      } catch (error) {
        return error;
      }
    };
    expect(thrown()).toBeInstanceOf(RowFault);
    expect(thrown()).toMatchObject({ reason });
  });

  it.each<[string, unknown, boolean]>([
    ['equals', { equals: [{ column: 'Agent' }, 'Diane'] }, true],
    ['equals as text', { equals: [{ number: { column: 'Seconds' } }, '109'] }, true],
    ['in', { in: { of: { column: 'Agent' }, values: ['Jim', 'Diane'] } }, true],
    ['in, absent', { in: { of: { column: 'Note' }, values: ['Jim'] } }, false],
    ['less', { less: [{ number: { column: 'Seconds' } }, 110] }, true],
    ['not', { not: { present: { column: 'Agent' } } }, false],
    ['all', { all: [{ present: 'a' }, { present: { column: 'Note' } }] }, false],
    ['any', { any: [{ present: { column: 'Note' } }, { present: 'a' }] }, true],
  ])('decides %s', (_, raw, expected) => {
    expect(decide(raw, ROW)).toBe(expected);
  });

  it('does not run code', () => {
    expect(expression.safeParse({ eval: 'process.exit()' }).success).toBe(false);
    expect(expression.safeParse({ constructor: 'x' }).success).toBe(false);
    expect(expression.safeParse({ column: 'a', lower: 'b' }).success).toBe(false);
    expect(expression.safeParse(null).success).toBe(false);
  });

  it.each(['yyyy-MM-dd H:mm:ss', 'dd.MM.yyyy', "yyyy-MM-dd'T'HH:mm:ss", 'iso', 'epoch-s'])(
    'takes the format %s',
    (format) => {
      expect(isTimeFormat(format)).toBe(true);
    },
  );

  it.each(['YYYY-MM-DD', 'bogus', ''])('refuses the format %s', (format) => {
    expect(isTimeFormat(format)).toBe(false);
  });

  it('reads every duration that it could have written', () => {
    fc.assert(
      fc.property(fc.nat(9999), fc.nat(59), fc.nat(59), (hours, minutes, seconds) => {
        const text = `${String(hours)}:${String(minutes).padStart(2, '0')}:${String(seconds).padStart(2, '0')}`;
        expect(durationSeconds(text)).toBe(hours * 3600 + minutes * 60 + seconds);
      }),
    );
    expect(durationSeconds('123.5')).toBe(123.5);
    expect(durationSeconds('-5')).toBeUndefined();
  });
});
