import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptSecret } from './secrets.js';

it('is made once, long, and readable by its owner only', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spendline-secret-'));
  const secret = keptSecret(join(folder, 'a'));
  expect(secret).toMatch(/^[\w-]{32}$/);
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o600);
  expect(keptSecret(join(folder, 'a'))).toBe(secret);
  expect(keptSecret(join(folder, 'b'))).not.toBe(secret);
  rmSync(folder, { recursive: true });
});
