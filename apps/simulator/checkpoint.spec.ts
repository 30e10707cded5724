import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint.js';

const folder = mkdtempSync(join(tmpdir(), 'spendline-simulator-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CHECKPOINT: Checkpoint = {
  seed: 7,
  sentMs: 1_772_589_600_000,
  plans: [
    {
      scenario: 'promotion',
      startMs: 1_772_589_600_000,
      lastsMs: null,
      everyMs: 3_600_000,
      rampMs: 30_000,
      validFromMs: null,
      validUntilMs: 1_772_589_660_000,
    },
  ],
};

it('reads what it wrote, and makes the folder for it', () => {
  const path = join(folder, 'data', 'simulator.json');
  writeCheckpoint(path, CHECKPOINT);
  writeCheckpoint(path, { ...CHECKPOINT, seed: 8 });
  expect(readCheckpoint(path)).toEqual({ ...CHECKPOINT, seed: 8 });
});

it.each(['', '{', '[]', '{"seed":1}', '{"seed":1,"sentMs":1,"plans":[{"scenario":"unheard-of"}]}'])(
  'starts anew from %j',
  (text) => {
    const path = join(folder, 'broken.json');
    writeFileSync(path, text);
    expect(readCheckpoint(path)).toBeUndefined();
  },
);

it('starts anew without a file', () => {
  expect(readCheckpoint(join(folder, 'nowhere.json'))).toBeUndefined();
});
