import { LineCounter, isNode, parseDocument, type Document } from 'yaml';

/** Where a value stands in a file: names of fields and indexes of lists. */
export type YamlPath = readonly (string | number)[];

/** One thing to put right in a file. `line` counts from 1. */
export interface FileFault {
  readonly path: string;
  readonly line?: number;
  readonly message: string;
}

/** A YAML text as plain values, with the lines that they stand on. */
export interface YamlDocument {
  readonly value: unknown;
  fault(path: YamlPath, message: string): FileFault;
}

/** Parses one YAML document; the faults are those of its syntax, double keys included. */
export function parseYaml(text: string): { document: YamlDocument; faults: FileFault[] } {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = parsed.errors.map((error) => ({
    path: '',
    line: lines.linePos(error.pos[0]).line,
    message: error.message,
  }));
  const document: YamlDocument = {
    value: faults.length === 0 ? (parsed.toJS() as unknown) : undefined,
    fault: (path, message) => ({ path: pathText(path), ...lineOf(parsed, lines, path), message }),
  };
  return { document, faults };
}

/** The line of the value at `path`, or of the nearest thing around it when it is not in the file. */
function lineOf(document: Document, lines: LineCounter, path: YamlPath): { line?: number } {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return { line: lines.linePos(node.range[0]).line };
  }
  return {};
}

function pathText(path: YamlPath): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}

/** One line for the user: `rateCards[2].amount (line 14): must not be negative`. */
export function printFault({ path, line, message }: FileFault): string {
  const place = [path, line === undefined ? '' : path === '' ? `line ${line}` : `(line ${line})`]
    .filter(Boolean)
    .join(' ');
  return place === '' ? message : `${place}: ${message}`;
}
