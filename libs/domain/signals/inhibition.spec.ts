import { silencerOf, type FiringSignal } from './inhibition.js';

const signal = (kind: string, scope: string, id: string, over: Partial<FiringSignal> = {}): FiringSignal => ({
  signalKey: `${kind}:${scope}:${id}`,
  ruleId: kind,
  kind,
  scope,
  id,
  severity: 'warning',
  ...over,
});
const teamOf = (agentId: string): string | undefined => (agentId === 'a-1' ? 'north' : undefined);
const burnOfVoice = signal('burn-rate', 'channel', 'voice');

describe('silencerOf', () => {
  it.each([
    ["the organisation's, the same rule", burnOfVoice, signal('burn-rate', 'all', 'all'), true],
    ["the organisation's, another rule", burnOfVoice, signal('unit-cost', 'all', 'all'), false],
    ['another id of its scope', burnOfVoice, signal('burn-rate', 'channel', 'chat'), false],
    ['its own', burnOfVoice, burnOfVoice, false],
    ["an agent's by the team", signal('u', 'agent', 'a-1'), signal('u', 'team', 'north'), true],
    ["an agent's by another team", signal('u', 'agent', 'a-1'), signal('u', 'team', 'south'), false],
    ['an agent without a team', signal('u', 'agent', 'a-9'), signal('u', 'team', 'north'), false],
    ["the organisation's by a team's", signal('u', 'all', 'all'), signal('u', 'team', 'north'), false],
    ['a symptom by its driver', burnOfVoice, signal('promotion-overspend', 'channel', 'voice'), true],
    ['a symptom by a driver above', burnOfVoice, signal('promotion-overspend', 'all', 'all'), true],
    ['a symptom by a driver elsewhere', burnOfVoice, signal('promotion-overspend', 'channel', 'chat'), false],
    ['no symptom', signal('cost-share', 'all', 'all'), signal('promotion-overspend', 'all', 'all'), false],
    [
      'what is worse',
      signal('burn-rate', 'channel', 'voice', { severity: 'critical' }),
      signal('burn-rate', 'all', 'all'),
      false,
    ],
  ])('%s', (_, one, other, isSilenced) => {
    expect(silencerOf(one, [one, other], teamOf)).toBe(isSilenced ? other : undefined);
  });

  it('names the highest', () => {
    const all = signal('promotion-overspend', 'all', 'all');
    expect(silencerOf(burnOfVoice, [signal('promotion-overspend', 'channel', 'voice'), all], teamOf)).toBe(all);
  });
});
