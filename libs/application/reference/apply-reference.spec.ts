import { applyReferenceFile, type ApplyOptions } from './apply-reference.js';
import { printDiff } from './diff.js';
import { referenceKey, withVersion, type ReferenceEntry } from './entry.js';
import type { ReferenceChange, ReferenceStore, WriteResult } from './store.js';

/** A store in memory, with the versions that a database would count. */
class MemoryStore implements ReferenceStore {
  readonly entries = new Map<string, ReferenceEntry>();
  readonly writes: ReferenceChange[] = [];
  undecided: ReferenceEntry[] = [];

  list(): Promise<readonly ReferenceEntry[]> {
    return Promise.resolve([...this.entries.values()]);
  }

  waiting(): Promise<readonly ReferenceEntry[]> {
    return Promise.resolve(this.undecided);
  }

  write(changes: readonly ReferenceChange[]): Promise<WriteResult> {
    this.writes.push(...changes);
    for (const change of changes) {
      if (change.action === 'delete') this.entries.delete(referenceKey(change));
      else this.entries.set(referenceKey(change.entry), withVersion(change.entry, change.expectedVersion + 1));
    }
    return Promise.resolve({ ok: true, written: changes.length });
  }
}

const OPTIONS: ApplyOptions = { actor: 'test', nowMs: 0, dryRun: false, prune: false };
const FILE = `
agents: [{ agentId: a, team: t }]
rateCards: [{ rateId: r, for: default, kind: hourly, amount: 100, split: { wages: 1, training: 0, socialInsurance: 0 } }]
`;

async function applied(store: ReferenceStore, yaml: string, options: Partial<ApplyOptions> = {}): Promise<string> {
  const result = await applyReferenceFile(store, yaml, { ...OPTIONS, ...options });
  if (!result.ok) throw new Error(JSON.stringify(result));
  return printDiff(result.diff, { prune: options.prune ?? false });
}

describe('applying a reference file', () => {
  it('adds what is missing, and nothing the second time', async () => {
    const store = new MemoryStore();
    expect(await applied(store, FILE)).toBe(
      '+ agent/a\n+ rate-card/r\n2 added, 0 changed, 0 unchanged, 0 not in the file left alone',
    );
    expect(await applied(store, FILE)).toBe('0 added, 0 changed, 2 unchanged, 0 not in the file left alone');
    expect(store.writes).toHaveLength(2);
  });

  it('says which budgets do not count yet, and takes a draft that says the same for done', async () => {
    const store = new MemoryStore();
    const file = 'budgets: [{ budgetId: b, scope: all, period: month, amount: 5 }]';
    const first = await applyReferenceFile(store, file, OPTIONS);
    expect(first).toMatchObject({ ok: true, written: 1, waiting: ['b'] });
    const [written] = store.writes;
    if (written?.action !== 'put' || written.entry.kind !== 'budget') throw new Error('no budget was written');
    const asDraft: ReferenceEntry = { ...written.entry, value: { ...written.entry.value, status: 'draft' } };
    store.entries.clear();
    store.undecided = [asDraft];
    expect(await applyReferenceFile(store, file, OPTIONS)).toMatchObject({ written: 0, waiting: ['b'] });
    const dearer = await applyReferenceFile(store, file.replace('5', '6'), { ...OPTIONS, dryRun: true });
    expect(dearer).toMatchObject({
      diff: { changed: [{ fields: [{ field: 'amount', before: '5.00', after: '6.00' }] }] },
    });
    store.entries.set('budget/b', written.entry);
    store.undecided = [];
    expect(await applyReferenceFile(store, file, OPTIONS)).toMatchObject({ written: 0, waiting: [] });
  });

  it('never deletes budgets', async () => {
    const store = new MemoryStore();
    await applied(store, 'budgets: [{ budgetId: b, scope: all, period: month, amount: 5 }]');
    expect(await applied(store, 'budgets: []', { prune: true })).toBe('0 added, 0 changed, 0 unchanged, 0 removed');
  });

  it('refuses another zone or currency: months were cut and added up in them', async () => {
    const store = new MemoryStore();
    await applied(store, 'organisation: { name: Centre, zone: Asia/Shanghai, currency: CNY }');
    const moved = 'organisation: { name: Centre, zone: Europe/Berlin, currency: EUR }';
    const result = await applyReferenceFile(store, moved, OPTIONS);
    expect(result).toMatchObject({
      ok: false,
      reason: 'invalid-file',
      faults: [{ path: 'organisation.zone' }, { path: 'organisation.currency' }],
    });
    expect(store.writes).toHaveLength(1);
    expect(await applied(store, 'organisation: { name: Renamed, zone: Asia/Shanghai, currency: CNY }')).toContain(
      'name: Centre -> Renamed',
    );
  });

  it('changes what differs, counts its version on, and tells each field', async () => {
    const store = new MemoryStore();
    await applied(store, FILE);
    const changed = FILE.replace('amount: 100', 'amount: 120.5').replace(', team: t', ', region: north');
    expect(await applied(store, changed)).toBe(
      [
        '~ agent/a',
        '    team: t -> (none)',
        '    region: (none) -> north',
        '~ rate-card/r',
        '    amount: 100.00 -> 120.50',
        '0 added, 2 changed, 0 unchanged, 0 not in the file left alone',
      ].join('\n'),
    );
    expect([...store.entries.values()].map(({ version }) => version)).toEqual([2, 2]);
  });

  it('sees no change in the order of fields', async () => {
    const store = new MemoryStore();
    await applied(store, FILE);
    const reordered = FILE.replace('wages: 1, training: 0', 'training: 0, wages: 1').replace(
      'for: default, kind: hourly',
      'kind: hourly, for: default',
    );
    expect(await applied(store, reordered)).toContain('0 changed, 2 unchanged');
  });

  it('leaves alone what the file does not have, unless it is to prune', async () => {
    const store = new MemoryStore();
    await applied(store, FILE);
    const agents = 'agents: [{ agentId: b }]';
    expect(await applied(store, agents)).toContain('1 added, 0 changed, 0 unchanged, 2 not in the file left alone');
    expect(await applied(store, agents, { prune: true })).toBe(
      '- agent/a\n- rate-card/r\n0 added, 0 changed, 1 unchanged, 2 removed',
    );
    expect([...store.entries.keys()]).toEqual(['agent/b']);
  });

  it('writes nothing in a dry run', async () => {
    const store = new MemoryStore();
    expect(await applied(store, FILE, { dryRun: true })).toContain('2 added');
    expect(store.writes).toEqual([]);
  });

  it('answers with the faults of the file and writes nothing', async () => {
    const store = new MemoryStore();
    const result = await applyReferenceFile(store, `${FILE}budgets: [{}]`, OPTIONS);
    expect(result).toMatchObject({ ok: false, reason: 'invalid-file' });
    expect(store.writes).toEqual([]);
  });
});
