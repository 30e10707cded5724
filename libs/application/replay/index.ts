export { mapRow, type ReplayRecord, type RowOutcome, type RowRefusal } from './map-row.js';
export { readMapping, type Mapping, type MappingResult, type MappingSource } from './mapping.js';
export { ReplayTally, type TallyLine } from './tally.js';
export type { Row } from './value.js';
