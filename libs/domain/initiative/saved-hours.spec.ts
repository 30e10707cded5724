import type { Initiative } from '../reference/index.js';
import { initiativesOn, savedHours } from './saved-hours.js';

const HOUR = 3_600_000;
const initiative = (over: Partial<Initiative>): Initiative => ({
  ...{ initiativeId: 'i', scope: 'team', id: 'north', savesHours: 168, status: 'accepted', version: 1 },
  ...over,
});

describe('initiativesOn', () => {
  const all = [
    initiative({ initiativeId: 'north' }),
    initiative({ initiativeId: 'south', id: 'south' }),
    initiative({ initiativeId: 'whole', scope: 'all', id: 'all' }),
    initiative({ initiativeId: 'asked', status: 'proposed' }),
    initiative({ initiativeId: 'over', status: 'closed' }),
  ];
  it.each([
    ['all', 'all', ['north', 'south', 'whole']],
    ['team', 'north', ['north', 'whole']],
    ['team', 'east', ['whole']],
    ['channel', 'north', ['whole']],
  ])('of %s %s are those that were accepted of it, of the whole, or of its parts', (scope, id, names) => {
    expect(initiativesOn(all, scope, id).map(({ initiativeId }) => initiativeId)).toEqual(names);
  });
});

describe('savedHours', () => {
  it('are an hour an hour at 168 a week, for as long as it is in force', () => {
    const each = { savesHours: 168, fromMs: 10 * HOUR, toMs: 20 * HOUR };
    expect(savedHours([each], 0, 10 * HOUR)).toBe(0);
    expect(savedHours([each], 8 * HOUR, 12 * HOUR)).toBe(2);
    expect(savedHours([each, { savesHours: 84 }], 0, 24 * HOUR)).toBe(22);
    expect(savedHours([], 0, 24 * HOUR)).toBe(0);
  });
});
