/** A person who handles contacts. */
export interface SimulatedAgent {
  readonly agentId: string;
  /** Position in the roster, from 0. */
  readonly number: number;
  readonly team: string;
  readonly region: string;
}

/** The organisation that traffic is generated for; times of day are those of its zone. */
export interface SimulatedCentre {
  /** ISO 4217, of charges and bills. */
  readonly currency: string;
  readonly agents: readonly SimulatedAgent[];
  readonly vendorIds: readonly string[];
  readonly botId: string;
}

const TEAMS = ['north-1', 'north-2', 'south-1', 'south-2'] as const;
const AGENTS_IN_TEAM = 15;

/** The sample organisation that comes with the product: sixty agents in four teams, two vendors and a bot. */
export const SAMPLE_CENTRE: SimulatedCentre = {
  currency: 'CNY',
  agents: TEAMS.flatMap((team, teamNumber) => {
    return Array.from({ length: AGENTS_IN_TEAM }, (_, place) => {
      const number = teamNumber * AGENTS_IN_TEAM + place;
      return {
        agentId: `agent-${String(number + 1).padStart(3, '0')}`,
        number,
        team,
        region: team.slice(0, team.indexOf('-')),
      };
    });
  }),
  vendorIds: ['vendor-brightcall', 'vendor-dialogix'],
  botId: 'bot-lingxi',
};
