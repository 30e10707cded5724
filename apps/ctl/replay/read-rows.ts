import { createReadStream, type ReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { MappingSource, Row } from '#libs/application';
import { parse, type CsvError, type Info } from 'csv-parse';
import { Advice } from '../advice.js';

/** A row of the file with the line that it ends on, from 1; or why it is none. */
export type ReadRow = { readonly line: number; readonly row: Row } | { readonly line: number; readonly fault: string };

/** A file that is being read row by row. */
export interface RowFile {
  readonly rows: AsyncIterable<ReadRow>;
  /** How much of the file was read so far. */
  bytesRead(): number;
}

/**
 * Opens a CSV (a byte order mark and quotes are understood) or JSONL file. A broken row is told as a fault and reading
 * goes on. Throws Advice when the file cannot be read, or when a CSV lacks one of the columns.
 */
export function openRows(path: string, source: MappingSource, columns: readonly string[]): RowFile {
  const stream = createReadStream(path);
  const rows = source.format === 'csv' ? csvRows(stream, source.delimiter, columns) : jsonRows(stream);
  return { rows: orAdvice(path, rows), bytesRead: () => stream.bytesRead };
}

async function* orAdvice(path: string, rows: AsyncIterable<ReadRow>): AsyncGenerator<ReadRow> {
  try {
    yield* rows;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (/^E[A-Z]+$/.test(code)) throw new Advice(`${path} cannot be read (${code}).`);
    throw error;
  }
}

interface CsvRecord {
  readonly record: string[];
  readonly info: Info;
}

async function* csvRows(stream: ReadStream, delimiter: string, columns: readonly string[]): AsyncGenerator<ReadRow> {
  const skipped: CsvError[] = [];
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    // Strict, one stray quote would take the rows after it along.
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error) skipped.push(error);
      return undefined;
    },
  });
  stream.on('error', (error) => parser.destroy(error));
  let header: string[] | undefined;
  for await (const { record, info } of stream.pipe(parser) as AsyncIterable<CsvRecord>) {
    yield* faultsOf(skipped);
    if (!header) {
      header = record.map((name) => name.trim());
      requireColumns(header, columns);
    } else if (record.length === header.length) {
      yield { line: info.lines, row: Object.fromEntries(header.map((name, at) => [name, record[at]])) };
    } else {
      const fault = `it has ${String(record.length)} cells, and the header ${String(header.length)}`;
      yield { line: info.lines, fault };
    }
  }
  yield* faultsOf(skipped);
  if (!header) requireColumns([], columns);
}

function* faultsOf(skipped: CsvError[]): Generator<ReadRow> {
  for (const error of skipped.splice(0)) yield { line: Number(error['lines'] ?? 0), fault: error.message };
}

function requireColumns(header: readonly string[], columns: readonly string[]): void {
  const missing = columns.filter((column) => !header.includes(column));
  if (missing.length === 0) return;
  throw new Advice(
    `The file has no column ${missing.join(', ')}. Its columns are: ${header.join(', ')}. Is it the right file and mapping?`,
  );
}

async function* jsonRows(stream: ReadStream): AsyncGenerator<ReadRow> {
  // readline swallows the errors of its input.
  const failure = new Promise<never>((_, reject) => stream.once('error', reject));
  failure.catch(() => undefined);
  const lines = createInterface({ input: stream, crlfDelay: Infinity })[Symbol.asyncIterator]();
  for (let line = 1; ; line += 1) {
    const next = await Promise.race([lines.next(), failure]);
    if (next.done) return;
    const text = line === 1 ? next.value.replace(/^\uFEFF/, '') : next.value;
    if (text.trim() !== '') yield { line, ...parseRow(text) };
  }
}

function parseRow(text: string): { row: Row } | { fault: string } {
  try {
    const row: unknown = JSON.parse(text);
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return { row: row as Row };
    return { fault: 'it is no JSON object' };
  } catch {
    return { fault: 'it is not JSON' };
  }
}
