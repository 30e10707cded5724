import fc from 'fast-check';
import { assignSticky } from './sticky-assigner.js';

describe('assignSticky', () => {
  it('shares evenly among newcomers', () => {
    const assignment = assignSticky(
      [
        { memberId: 'b', owned: [] },
        { memberId: 'a', owned: [] },
      ],
      5,
    );
    expect([...assignment.values()].map((mine) => mine.length).sort()).toEqual([2, 3]);
  });

  it('moves only what a newcomer must get', () => {
    const assignment = assignSticky(
      [
        { memberId: 'old', owned: [0, 1, 2, 3] },
        { memberId: 'new', owned: [] },
      ],
      4,
    );
    expect(assignment.get('old')).toEqual([0, 1]);
    expect(assignment.get('new')).toEqual([2, 3]);
  });

  it('gives a partition that two members claim to one of them', () => {
    const assignment = assignSticky(
      [
        { memberId: 'a', owned: [0, 1] },
        { memberId: 'zombie', owned: [1] },
      ],
      2,
    );
    expect([...assignment.values()].flat().sort()).toEqual([0, 1]);
  });

  it('gives every partition to exactly one member, evenly, and takes none away without need', () => {
    const claims = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.array(fc.integer({ min: -2, max: 30 }))), {
      minLength: 1,
      maxLength: 8,
      selector: ([memberId]) => memberId,
    });
    fc.assert(
      fc.property(claims, fc.integer({ min: 0, max: 24 }), (members, count) => {
        const assignment = assignSticky(
          members.map(([memberId, owned]) => ({ memberId, owned })),
          count,
        );
        const all = [...assignment.values()].flat().sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: count }, (_, partition) => partition));
        const sizes = [...assignment.values()].map((mine) => mine.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        const again = assignSticky(
          [...assignment].map(([memberId, owned]) => ({ memberId, owned })),
          count,
        );
        expect(again).toEqual(assignment);
      }),
    );
  });
});
