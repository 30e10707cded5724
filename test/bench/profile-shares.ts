import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BundledPlaces } from './bundled-places.js';

/** V8's CPU profile, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
      readonly columnNumber: number;
    };
  }[];
  /** Ids of nodes. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** A part of the program and its share of the time in which the program was at work, from 0 to 1. */
export interface Share {
  readonly part: string;
  readonly share: number;
}

/** Parts by where the function stands that was at work itself; the first that fits has it. */
const PARTS: readonly (readonly [part: string, place: RegExp])[] = [
  ['garbage collection', /^\(garbage collector\)/],
  ['sockets: the system calls', /^(writeBuffer|writev|shutdown|readStart)\b/],
  [
    'cost stage: scan of the record',
    /stages\/cost\/quick\/(interaction-scan|scan-time|text-hash|names|content-hash)|stages\/bytes\/(scan-words|value-place)/,
  ],
  ['cost stage: cost events', /stages\/cost\/quick\/quick-event/],
  ['texts, numbers and records into bytes, both stages', /stages\/bytes\//],
  [
    'cost stage: rating, panes, the rest',
    /stages\/cost\/(?!fact)|stages\/exchange|domain\/rating|monitoring\/cost-tally/,
  ],
  ['cost stage: memory of facts', /stages\/cost\/fact/],
  ['merge stage: windows written', /stages\/merge\/(window-text|window-blocks)/],
  ['merge stage: windows rolled on, panes', /domain\/(windowing|facts|accrual)/],
  ['merge stage: changelog', /stages\/merge\/(window-changelog|pane-bytes)/],
  ['merge stage: rules, open values, the rest', /stages\/merge\/|domain\//],
  [
    'record batches, checksum, requests',
    /adapters\/kafka\/(record-batch|crc32c|produce-request|packed-topic|buffer-pool|kafka-codec|message-waves|stage-waves)/,
  ],
  ['fetches decoded', /adapters\/kafka\/(fetch|record-batch-decoder|record-set)/],
  ['transactions of ours', /adapters\/kafka\//],
  ['kafkajs', /node_modules\/kafkajs\//],
  ['metrics', /prom-client|adapters\/prometheus/],
  [
    'buffers, streams, timers of Node',
    /^.* node:(internal\/)?(buffer|streams?|net|timers|stream_base_commons|process|events|async_hooks)/,
  ],
  ['modules loaded', /node:internal\/(modules|url|fs)|node:(path|fs|vm)|node_modules\//],
];
const REST = 'the rest';

/** Where the time of a profile went, the largest part first. What was idle does not count. */
export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): Share[] {
  const places = new BundledPlaces();
  const partOf = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber, columnNumber } }) => [
      id,
      partFor(`${functionName} ${places.moduleAt(url, lineNumber, columnNumber)}`),
    ]),
  );
  const spent = new Map<string, number>();
  let whole = 0;
  for (const [index, id] of samples.entries()) {
    const part = partOf.get(id);
    if (part === undefined) continue;
    const micros = timeDeltas[index] ?? 0;
    whole += micros;
    spent.set(part, (spent.get(part) ?? 0) + micros);
  }
  return [...spent].map(([part, micros]) => ({ part, share: micros / whole })).sort((a, b) => b.share - a.share);
}

/** Undefined for idle time. */
function partFor(place: string): string | undefined {
  if (place.startsWith('(idle)')) return undefined;
  return PARTS.find(([, pattern]) => pattern.test(place))?.[0] ?? REST;
}

/** The newest profile in a folder; throws where there is none. */
export function newestProfile(folder: string): CpuProfile {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  const [newest] = files;
  if (newest === undefined) throw new Error(`there is no profile in ${folder}; did the monitor end in good order?`);
  return JSON.parse(readFileSync(newest, 'utf8')) as CpuProfile;
}
