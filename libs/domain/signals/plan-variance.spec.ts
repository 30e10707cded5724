import fc from 'fast-check';
import { emptyMeasures, parseMicros, type Measures } from '#libs/domain';
import { planVariance } from './plan-variance.js';

function measures(contacts: number, handleSeconds: number, labour: string, system = '0'): Measures {
  return {
    ...emptyMeasures(),
    ...{ interactions: contacts, handledByAgents: contacts, handleMicroseconds: handleSeconds * 1e6 },
    ...{ labour: parseMicros(labour), system: parseMicros(system) },
  };
}

describe('planVariance', () => {
  it('tells more work from longer work and from dearer work, by an earlier time', () => {
    const standard = measures(100, 30_000, '1000');
    const planned = parseMicros('100');
    // Twice the contacts that 100 pays for, a tenth longer each, a tenth dearer each second.
    expect(planVariance(measures(20, 6_600, '242'), planned, standard)).toEqual({
      ...{ total: '142.00', volume: '100.00', mix: '0.00', efficiency: '20.00', rate: '22.00' },
    });
    expect(planVariance(measures(10, 3_000, '100'), planned, standard).total).toBe('0.00');
  });

  it('takes all for volume where there is no earlier time', () => {
    const observed = measures(20, 6_000, '250');
    for (const standard of [undefined, emptyMeasures()])
      expect(planVariance(observed, parseMicros('100'), standard)).toEqual({
        ...{ total: '150.00', volume: '150.00', mix: '0.00', efficiency: '0.00', rate: '0.00' },
      });
  });

  it('takes what is spent without contacts for rate', () => {
    const rent = { ...emptyMeasures(), system: parseMicros('70') };
    expect(planVariance(rent, parseMicros('100'), undefined)).toMatchObject({ total: '-30.00', rate: '-30.00' });
    expect(planVariance(emptyMeasures(), parseMicros('100'), undefined)).toMatchObject({ total: '-100.00' });
    expect(planVariance(rent, 0n, undefined)).toMatchObject({ total: '70.00' });
  });

  it('adds up exactly to what was spent less what was planned', () => {
    const some = fc
      .record({
        contacts: fc.nat(1e6),
        handled: fc.nat(1e6),
        handle: fc.nat(1e9),
        labour: fc.bigInt(-1000n, 10n ** 13n),
        system: fc.bigInt(-1000n, 10n ** 13n),
      })
      .map(({ contacts, handled, handle, labour, system }) => ({
        ...emptyMeasures(),
        ...{ interactions: contacts, handledByAgents: Math.min(contacts, handled), handleMicroseconds: handle },
        ...{ labour, system },
      }));
    fc.assert(
      fc.property(
        some,
        fc.bigInt(0n, 10n ** 13n),
        fc.option(some, { nil: undefined }),
        (observed, planned, standard) => {
          const { total, ...parts } = planVariance(observed, planned, standard);
          expect(parseMicros(total)).toBe(observed.labour + observed.system - planned);
          expect(Object.values(parts).reduce((sum, part) => sum + parseMicros(part), 0n)).toBe(parseMicros(total));
        },
      ),
    );
  });
});
