import type { IncomingMessage } from 'node:http';

import { Controller, Header, Inject, Query, Req } from '@nestjs/common';

import { Asker, checkedQuery, ProblemError } from '#libs/adapters/http';
import {
  applyReferenceFile,
  referenceKey,
  referenceValueToWire,
  type FieldChange,
  type Principal,
  type ReferenceDiff,
  type ReferenceStore,
  type WireObject,
} from '#libs/application';

import { withDatabase } from '../database-problem.js';
import { CLOCK, REFERENCE, type WallClock } from '../ports.js';
import { REFERENCE_ROUTES, Route } from '../routes/index.js';
import { documentOf } from './document.js';
import { applyParameters, noParameters } from './parameters.js';

interface EntryView {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly value: WireObject;
}

interface ApplyView {
  readonly dryRun: boolean;
  readonly written: number;
  readonly added: readonly string[];
  readonly changed: readonly { readonly key: string; readonly fields: readonly FieldChange[] }[];
  /** Held and not in the document: deleted with `prune`, else left alone. */
  readonly notInDocument: readonly string[];
  readonly unchanged: number;
  /** Budgets of the document that do not count yet: they need to be submitted and approved. */
  readonly waiting: readonly string[];
}

/** What people decide: rates, budgets, rules, the organisation. */
@Controller()
export class ReferenceController {
  constructor(
    @Inject(REFERENCE) private readonly store: ReferenceStore,
    @Inject(CLOCK) private readonly now: WallClock,
  ) {}

  /** Every entry, with its version. */
  @Route(REFERENCE_ROUTES.listReference)
  @Header('Cache-Control', 'no-store')
  async list(@Query() query: unknown): Promise<{ readonly items: readonly EntryView[] }> {
    checkedQuery(noParameters, query);
    const entries = await withDatabase(() => this.store.list());
    const items = entries.map((entry) => ({
      kind: entry.kind,
      id: entry.id,
      version: entry.version,
      value: referenceValueToWire(entry),
    }));
    return { items };
  }

  /**
   * Makes the store hold what the document says, YAML or JSON: all of it or nothing. `dryRun=true` only tells the
   * difference; `prune=true` deletes what the document does not have.
   */
  @Route(REFERENCE_ROUTES.applyReference)
  async apply(
    @Req() request: IncomingMessage & { body?: unknown },
    @Query() query: unknown,
    @Asker() asker: Principal,
  ): Promise<ApplyView> {
    const { dryRun, prune } = checkedQuery(applyParameters, query);
    const document = documentOf(request);
    const options = { actor: asker.id, nowMs: this.now(), dryRun, prune };
    const result = await withDatabase(() => applyReferenceFile(this.store, document, options));
    if (result.ok) return { dryRun, written: result.written, waiting: result.waiting, ...diffView(result.diff) };
    switch (result.reason) {
      case 'invalid-file':
        throw new ProblemError('invalid-document', 'Nothing was written.', result.faults);
      case 'refused':
        throw new ProblemError('wrong-status', `${result.detail} Nothing was written.`);
      case 'changed-meanwhile':
        throw new ProblemError('changed-meanwhile', `${result.detail}. Nothing was written.`);
    }
  }
}

function diffView(diff: ReferenceDiff): Omit<ApplyView, 'dryRun' | 'written' | 'waiting'> {
  return {
    added: diff.added.map(referenceKey),
    changed: diff.changed.map(({ after, fields }) => ({ key: referenceKey(after), fields })),
    notInDocument: diff.removed.map(referenceKey),
    unchanged: diff.unchanged.length,
  };
}
