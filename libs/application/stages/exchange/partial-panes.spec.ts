import { emptyMeasures, negated, type Measures, type ScopeRef } from '#libs/domain';
import { PartialPanes } from './partial-panes.js';

const ALL: ScopeRef = { scope: 'all', id: 'all' };
const AGENT: ScopeRef = { scope: 'agent', id: 'a:1' };
const spend = (labour: bigint): Measures => ({ ...emptyMeasures(), labour });
const sole = () => 0;

describe('PartialPanes', () => {
  it('adds up what falls into one pane of one scope', () => {
    const panes = new PartialPanes(10, 100);
    panes.add([ALL, AGENT], 12, spend(5n), false);
    panes.add([ALL], 19, spend(7n), false);
    panes.add([ALL], 20, spend(1n), false);
    expect(panes.drain(sole).get(0)?.panes).toEqual([
      { ...ALL, tMs: 10, calendarOnly: false, delta: spend(12n) },
      { ...AGENT, tMs: 10, calendarOnly: false, delta: spend(5n) },
      { ...ALL, tMs: 20, calendarOnly: false, delta: spend(1n) },
    ]);
  });

  it('keeps apart what is for the calendar only', () => {
    const panes = new PartialPanes(10, 100);
    panes.add([ALL], 12, spend(5n), false);
    panes.add([ALL], 12, spend(7n), true);
    const drained = panes
      .drain(sole)
      .get(0)
      ?.panes.map(({ calendarOnly, delta }) => [calendarOnly, delta.labour]);
    expect(drained).toEqual([
      [false, 5n],
      [true, 7n],
    ]);
  });

  it('says nothing of what cancelled itself out, and nothing twice', () => {
    const panes = new PartialPanes(10, 100);
    panes.add([ALL], 12, spend(5n), false);
    panes.add([ALL], 15, negated(spend(5n)), false);
    expect(panes.drain(sole).size).toBe(0);
    panes.add([ALL], 12, spend(5n), false);
    expect(panes.drain(sole).size).toBe(1);
    expect(panes.drain(sole).size).toBe(0);
  });

  it('sorts by the owner of the scope’s key', () => {
    const panes = new PartialPanes(10, 100);
    const keys: string[] = [];
    panes.add([ALL, AGENT], 12, spend(5n), false);
    panes.addLine({ ...AGENT, lineId: 'l', dimension: 'system', amountMicros: 1n, startMs: 0, endMs: 9 });
    const byOwner = panes.drain((key) => {
      keys.push(key);
      return key.startsWith('agent') ? 3 : 1;
    });
    expect(new Set(keys)).toEqual(new Set(['all:all', 'agent:a%3A1']));
    expect(byOwner.get(1)).toMatchObject({ panes: [{ id: 'all' }], lines: [] });
    expect(byOwner.get(3)).toMatchObject({ panes: [{ id: 'a:1' }], lines: [{ lineId: 'l' }] });
  });

  it('keeps its own copy of what is added', () => {
    const panes = new PartialPanes(10, 100);
    const measures = spend(5n);
    panes.add([ALL], 12, measures, false);
    panes.add([ALL], 12, measures, false);
    expect(measures.labour).toBe(5n);
  });
});
