import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { featureRelease, findJava } from './java.js';

describe('featureRelease', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "25" 2025-09-16', 25],
    ['java version "1.8.0_392"', 8],
    ['openjdk version "21-ea" 2023-09-19', 21],
    ['command not found', undefined],
  ])('of %s is %s', (output, version) => expect(featureRelease(output)).toBe(version));
});

describe('findJava', () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'spendline-java-'));
    mkdirSync(join(home, 'bin'));
    writeFileSync(join(home, 'bin', 'java'), '#!/bin/sh\necho \'openjdk version "11.0.2" 2019-01-15\' >&2\n');
    chmodSync(join(home, 'bin', 'java'), 0o755);
  });
  afterAll(() => rmSync(home, { recursive: true }));

  it('asks the one that JAVA_HOME names', async () => {
    expect(await findJava(home)).toEqual({ command: join(home, 'bin', 'java'), version: 11 });
  });

  it('finds none where there is none', async () => {
    expect(await findJava(join(home, 'elsewhere'))).toBeUndefined();
  });
});
