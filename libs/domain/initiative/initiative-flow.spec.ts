import type { InitiativeStatus } from '../reference/index.js';
import { decideInitiative, type InitiativeStep } from './initiative-flow.js';

const STEPS: readonly InitiativeStep[] = ['edit', 'accept', 'reject', 'supersede', 'close'];
const somebody = { id: 'ben', isPerson: true };
const state = (status: InitiativeStatus) => ({ status, authors: ['ann'] });

describe('decideInitiative', () => {
  it.each([
    ['proposed', ['edit', 'accept', 'reject']],
    ['accepted', ['supersede', 'close']],
    ['rejected', []],
    ['superseded', []],
    ['closed', []],
  ] as const)('leads on from %s by %j alone', (status, steps) => {
    const possible = STEPS.filter((step) => decideInitiative(state(status), step, somebody, 'looked').ok);
    expect(possible).toEqual(steps);
  });

  it('takes another person than those who proposed, and what he looked at', () => {
    const decide = (id: string, isPerson: boolean, says?: string) =>
      (['accept', 'reject'] as const).map((step) => decideInitiative(state('proposed'), step, { id, isPerson }, says));
    expect(decide('ben', true, 'CSAT of the pilot')).toEqual([
      { ok: true, status: 'accepted' },
      { ok: true, status: 'rejected' },
    ]);
    const both = (refusal: string) => [
      { ok: false, refusal },
      { ok: false, refusal },
    ];
    expect(decide('ann', true, 'looked')).toEqual(both('own-initiative'));
    expect(decide('api', false, 'looked')).toEqual(both('not-a-person'));
    expect(decide('ben', true, ' ')).toEqual(both('evaluation-missing'));
    expect(decide('ben', true)).toEqual(both('evaluation-missing'));
  });
});
