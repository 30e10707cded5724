import type { CostTally } from '../../monitoring/index.js';
import type { PartialPanes } from '../exchange/partial-panes.js';
import type { StageDependencies, StageOptions } from '../stage-options.js';
import type { BillNewsDesk } from './bill-news.js';
import type { FactMemory } from './fact-memory.js';
import type { InputClock } from './input-clock.js';
import type { TaskJournal } from './task-journal.js';
import type { UnratedFacts } from './unrated-facts.js';
import type { WaitingRoom } from './waiting-feedback.js';

/** What the parts of a cost task share. */
export interface CostTaskParts {
  readonly options: StageOptions;
  readonly dependencies: StageDependencies;
  readonly journal: TaskJournal;
  readonly memory: FactMemory;
  readonly clock: InputClock;
  readonly panes: PartialPanes;
  readonly tally: CostTally;
  readonly news: BillNewsDesk;
  readonly unrated: UnratedFacts;
  readonly waiting: WaitingRoom;
  /** Partition of cost.events that a key belongs to. */
  readonly eventPartitionOf: (key: string) => number;
}
