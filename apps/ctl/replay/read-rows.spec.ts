import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRows, type ReadRow } from './read-rows.js';

const folder = mkdtempSync(join(tmpdir(), 'spendline-replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function rowsOf(
  text: string,
  format: 'csv' | 'jsonl',
  columns: string[] = [],
  delimiter = ',',
): Promise<ReadRow[]> {
  const path = join(folder, 'file');
  writeFileSync(path, text);
  const rows: ReadRow[] = [];
  for await (const row of openRows(path, { format, delimiter }, columns).rows) rows.push(row);
  return rows;
}

describe('reading CSV', () => {
  it('understands a byte order mark, quotes, line breaks in quotes and empty lines', async () => {
    const rows = await rowsOf('\uFEFFid,note\r\n1,"a, ""b"""\r\n\r\n2,"two\nlines"\r\n', 'csv', ['id', 'note']);
    expect(rows).toEqual([
      { line: 2, row: { id: '1', note: 'a, "b"' } },
      { line: 5, row: { id: '2', note: 'two\nlines' } },
    ]);
  });

  it('takes another delimiter', async () => {
    expect(await rowsOf('a;b\n1;2\n', 'csv', ['b'], ';')).toEqual([{ line: 2, row: { a: '1', b: '2' } }]);
  });

  it('tells rows that are broken and reads on, whatever quotes they have', async () => {
    const rows = await rowsOf('a,b\n1\n2,"x" y\n3,4\n5,"never closed\n6,7\n', 'csv');
    expect(rows.slice(0, 3)).toEqual([
      { line: 2, fault: 'it has 1 cells, and the header 2' },
      { line: 3, row: { a: '2', b: '"x" y' } },
      { line: 4, row: { a: '3', b: '4' } },
    ]);
    expect(rows.slice(3)).toEqual([
      { line: expect.any(Number) as number, fault: expect.stringMatching(/quote/i) as string },
    ]);
  });

  it('says which columns are missing, also in an empty file', async () => {
    await expect(rowsOf('a,b\n1,2\n', 'csv', ['a', 'c', 'd'])).rejects.toThrow(
      /no column c, d\. Its columns are: a, b/,
    );
    await expect(rowsOf('', 'csv', ['a'])).rejects.toThrow(/no column a/);
  });
});

describe('reading JSONL', () => {
  it('reads objects and tells what is none', async () => {
    expect(await rowsOf('{"a":1}\n\nnot json\n[1]\n{"a":{"b":2}}', 'jsonl')).toEqual([
      { line: 1, row: { a: 1 } },
      { line: 3, fault: 'it is not JSON' },
      { line: 4, fault: 'it is no JSON object' },
      { line: 5, row: { a: { b: 2 } } },
    ]);
  });
});

it.each(['csv', 'jsonl'] as const)('advises when a %s file cannot be read', async (format) => {
  const { rows } = openRows(join(folder, 'nowhere'), { format, delimiter: ',' }, []);
  await expect(rows[Symbol.asyncIterator]().next()).rejects.toThrow(/nowhere cannot be read \(ENOENT\)/);
});
