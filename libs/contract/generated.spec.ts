import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { TOPIC_KEYS, TOPICS } from '#libs/contract';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

type Node = Record<string, unknown>;

function refsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = '$ref' in node ? [String(node.$ref)] : [];
  return [...own, ...Object.values(node).flatMap(refsIn)];
}

function resolve(document: unknown, ref: string): unknown {
  const names = ref.split('/').slice(1);
  return names.reduce<unknown>((node, name) => (node as Node | undefined)?.[name], document);
}

describe('generated files', () => {
  it('are what the contract gives now', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/generate.js', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ status, stale: stderr }).toEqual({ status: 0, stale: '' });
  });
});

describe('the AsyncAPI document', () => {
  const document = parse(readFileSync(`${ROOT}docs/asyncapi.yaml`, 'utf8')) as Node;

  it('has every public topic and no internal one', () => {
    const addresses = Object.values(document['channels'] as Record<string, Node>).map((channel) => channel['address']);
    const published = TOPIC_KEYS.filter((key) => TOPICS[key].direction !== 'internal').map((key) => TOPICS[key].name);
    expect(addresses).toEqual(published);
  });

  it('refers to nothing that is missing', () => {
    const refs = refsIn(document);
    expect(refs.length).toBeGreaterThanOrEqual(4 * 9);
    expect(refs.filter((ref) => !ref.startsWith('#/') || resolve(document, ref) === undefined)).toEqual([]);
  });

  it('receives what Spendline reads and sends what it publishes', () => {
    const operations = Object.values(document['operations'] as Record<string, Node>);
    const directions = operations.map((operation) => [
      (resolve(document, (operation['channel'] as Node)['$ref'] as string) as Node)['address'],
      operation['action'],
    ]);
    expect(Object.fromEntries(directions)).toMatchObject({
      'callcenter.interactions': 'receive',
      'finance.revenue': 'receive',
      'cost.signals': 'send',
      'cost.rejected': 'send',
    });
  });
});
