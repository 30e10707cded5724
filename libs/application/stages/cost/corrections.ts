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

  /**
   * Notes a correction, and answers whose place it is told to take: `first` where none was known, the correction that has
   * to give way where there was another one. Two can be read at the same moment in two partitions; that every task
   * decides alike, the lesser id stands.
   */
  note(lineId: string, by: string): 'first' | { readonly givesWay: string } | 'known' {
    const known = this.byLine.get(lineId);
    if (known === by) return 'known';
    if (known === undefined || by < known) this.set(lineId, by);
    return known === undefined ? 'first' : { givesWay: by < known ? known : by };
  }

  private set(lineId: string, by: string): void {
    this.byLine.set(lineId, by);
    this.added.push({ key: CORRECTED_KEY + lineId, value: by });
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
