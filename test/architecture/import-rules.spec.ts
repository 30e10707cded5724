import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(import.meta.dirname, 'fixtures');

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

/** The violations that dependency-cruiser finds under a folder, by our own rules. */
function violationsIn(cwd: string, ...folders: string[]): Violation[] {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const rules = join(ROOT, '.dependency-cruiser.cjs');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [program, '--config', rules, '--output-type', 'json', ...folders],
    { cwd, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  if (stdout === '') throw new Error(`dependency-cruiser said: ${stderr}`);
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
}

/** Every fixture with a forbidden import is named for it; the rest of the tree is what they import. */
const fixtures = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const offenders = fixtures.filter((file) => /^(imports|passes)-/.test(basename(file))).sort();

/** Those that break a forbidding rule; all others import only what the list does not allow. */
const RULES: Readonly<Record<string, readonly string[]>> = {
  'libs/contract/imports-nothing.ts': ['not-in-allowed', 'resolvable'],
  'libs/contract/imports-cycle.ts': ['no-cycles'],
};

describe('import rules', () => {
  const violations = violationsIn(FIXTURES, 'libs', 'apps', 'test');

  it.each(offenders)('catch %s', (offender) => {
    const rules = violations.filter(({ from }) => from === offender).map(({ rule }) => rule.name);
    expect(rules.sort()).toEqual(RULES[offender] ?? ['not-in-allowed']);
  });

  it('find nothing else in the fixtures', () => {
    expect(violations.map(({ from }) => from).filter((from) => !offenders.includes(from))).toEqual([]);
    expect(offenders.length).toBeGreaterThan(40);
  });
});
