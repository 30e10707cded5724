import { costWindowHeaders, windowKey } from '#libs/contract';
import { amountOf, formatMicros, rfc3339, type Measures, type WindowResult } from '#libs/domain';
import type { OutputRecord } from '../stage.js';

/** Texts of one scope's windows of one length that are the same each time. */
interface WindowTexts {
  readonly key: string;
  readonly partition: number;
  /** The beginning of the JSON text, up to the start. */
  readonly head: string;
}

/**
 * Windows as records: what `encodeCostWindow(costWindowOf(result))` gives, put together from texts that are made once a
 * scope instead of by way of an object. A test holds the two against each other.
 */
export class WindowRecords {
  private readonly texts = new Map<string, Map<string, WindowTexts>>();
  private readonly startText = new TimeText();
  private readonly endText = new TimeText();

  /** `partitionOf` gives the partition of `cost.windows` for a key. */
  constructor(private readonly partitionOf: (key: string) => number) {}

  /** Throws MoneyOverflowError beyond the contract's ten integer digits. */
  recordOf(result: WindowResult, currency: string): OutputRecord {
    const { key, partition, head } = this.textsOf(result);
    const end = this.endText.of(result.endMs);
    const start = this.startText.of(result.startMs);
    const value = `${head}${start}","end":"${end}","revision":${String(result.revision)},"currency":"${currency}",${contentText(result.measures)}}`;
    const headers = costWindowHeaders(key, { end, revision: result.revision }, 'merge');
    return { topic: 'costWindows', partition, key, value, headers };
  }

  private textsOf({ scope, id, window }: WindowResult): WindowTexts {
    let ofWindow = this.texts.get(window);
    if (!ofWindow) this.texts.set(window, (ofWindow = new Map<string, WindowTexts>()));
    const of = `${scope}:${id}`;
    let texts = ofWindow.get(of);
    if (!texts) {
      const key = windowKey(scope, id, window);
      const head = `{"scope":"${scope}","id":${JSON.stringify(id)},"window":"${window}","start":"`;
      ofWindow.set(of, (texts = { key, partition: this.partitionOf(key), head }));
    }
    return texts;
  }
}

/** Windows come out end by end, so that the same time is written for one scope after the other. */
class TimeText {
  private tMs = Number.NaN;
  private text = '';

  of(tMs: number): string {
    if (tMs !== this.tMs) {
      this.text = rfc3339(tMs);
      this.tMs = tMs;
    }
    return this.text;
  }
}

/** The measures in the order and form of `costWindowOf`. Numbers are written by JavaScript as JSON wants them. */
function contentText(measures: Measures): string {
  return (
    `"amount":"${formatMicros(amountOf(measures))}","breakdown":{${breakdownText(measures)}}` +
    `,"interactions":${String(measures.interactions)},"handledByAgents":${String(measures.handledByAgents)}` +
    `,"automated":${String(measures.automated)},"resolved":${String(measures.resolved)}` +
    `,"handleSeconds":${String(measures.handleMicroseconds / 1e6)},"complaints":${String(measures.complaints)}` +
    `,"csatSum":${String(measures.csatMicros / 1e6)},"csatCount":${String(measures.csatCount)}` +
    `,"overtimeAmount":"${formatMicros(measures.overtime)}"` +
    `,"repetitiveByAgents":${String(measures.repetitiveByAgents)},"errors":${String(measures.errors)}`
  );
}

function breakdownText({ labour, system, marketing, outsourcing, training }: Measures): string {
  let text = '';
  if (labour !== 0n) text += `,"labour":"${formatMicros(labour)}"`;
  if (system !== 0n) text += `,"system":"${formatMicros(system)}"`;
  if (marketing !== 0n) text += `,"marketing":"${formatMicros(marketing)}"`;
  if (outsourcing !== 0n) text += `,"outsourcing":"${formatMicros(outsourcing)}"`;
  if (training !== 0n) text += `,"training":"${formatMicros(training)}"`;
  return text.slice(1);
}
