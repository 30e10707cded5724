import type { StageInput, StageOutput, StageTask } from '#libs/application';
import { ROW } from '#libs/domain';
import { decodePanes } from '../../../libs/application/stages/exchange/panes-message.js';
import { SourceWatermarks, type SourceState } from '../../../libs/application/stages/merge/source-watermarks.js';
import { KeyTable, type Key } from './key-table.js';
import { MinuteWindows } from './minute-windows.js';
import { WindowRecords } from './window-records.js';
import { MINUTE_MS, WINDOW_MINUTES, type Workload } from './workload.js';

const SOURCES = 'sources';

/** Adds up what the sum tasks tell of channels, and closes a minute's windows when all of them are done with it. */
export class WindowTask implements StageTask {
  private readonly channels = new KeyTable('channel');
  private readonly channelWindows = new MinuteWindows('channels', WINDOW_MINUTES);
  private readonly watermarks = new SourceWatermarks();
  private readonly windows: WindowRecords;

  /** `partitionOf`: where the windows of a channel go. */
  constructor(workload: Workload, partitionOf: (channel: string) => number) {
    this.windows = new WindowRecords(workload, 'channel', ({ text }) => partitionOf(text));
  }

  restore(key: string, value: Buffer | null): void {
    if (key === SOURCES && value) this.watermarks.restore(JSON.parse(value.toString('utf8')) as SourceState);
    else if (!this.channels.restore(key, value) && !this.channelWindows.restore(key, value))
      throw new RangeError(`nothing of a window task: ${key}`);
  }

  restored(): void {
    this.channelWindows.restored();
  }

  process(input: StageInput): StageOutput {
    if (input.kind === 'tick') return { records: [], changelog: [], counters: [] };
    for (const { value } of input.records) if (value) this.take(value);
    const { watermarkMs } = this.watermarks;
    if (watermarkMs !== undefined)
      this.channelWindows.closeBefore(Math.floor(watermarkMs / MINUTE_MS), (minute, channel, count, sum) =>
        this.windows.add(this.channels.at(channel), minute, count, sum),
      );
    const changelog = [
      ...this.channels.changes(),
      ...this.channelWindows.changes(),
      { key: SOURCES, value: JSON.stringify(this.watermarks) },
    ];
    return { records: [], blocks: this.windows.drain(), changelog, counters: [] };
  }

  private take(value: Buffer): void {
    let channel: Key | undefined;
    const message = decodePanes(value, {
      scope: (_, id) => (channel = this.channels.ofText(id)),
      row: (tMs, _, row) => {
        if (!channel) throw new RangeError('a row of no channel');
        const { [ROW.interactions]: count = 0, [ROW.labour]: sum = 0 } = row;
        this.channelWindows.add(channel.number, tMs / MINUTE_MS, count, sum);
      },
    });
    this.watermarks.hear(message);
  }
}
