import type { ChangelogEntry } from '../stage.js';

const CORRECTED_KEY = 'corrected/';

/** Which line took the place of which, as far as this task has heard; unlimited, as corrections are rare. */
export class Corrections {
  private readonly byLine = new Map<string, string>();
  private added: ChangelogEntry[] = [];

  /** The line that corrected this one. */
  correctorOf(lineId: string): string | undefined {
    return this.byLine.get(lineId);
  }

  /** False when it was known. */
  note(lineId: string, by: string): boolean {
    if (this.byLine.has(lineId)) return false;
    this.byLine.set(lineId, by);
    this.added.push({ key: CORRECTED_KEY + lineId, value: by });
    return true;
  }

  changes(): ChangelogEntry[] {
    const { added } = this;
    this.added = [];
    return added;
  }

  /** Takes a changelog entry back; false when it is none of corrections. */
  restore(key: string, value: Buffer | null): boolean {
    if (!key.startsWith(CORRECTED_KEY)) return false;
    if (value) this.byLine.set(key.slice(CORRECTED_KEY.length), value.toString('utf8'));
    return true;
  }
}
