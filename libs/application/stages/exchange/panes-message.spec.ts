import fc from 'fast-check';
import { DIMENSIONS, emptyMeasures, ROW_FIELDS, SCOPES, writeRow, type BillFacts, type Measures } from '#libs/domain';
import {
  decodePanes,
  encodePanes,
  NO_BILL_NEWS,
  PaneRowsWriter,
  type BillNews,
  type CellDelta,
  type PaneDelta,
  type PanesMessage,
} from './panes-message.js';

const time = fc.integer({ min: -(10 ** 13), max: 10 ** 14 });
const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
const measures: fc.Arbitrary<Measures> = fc
  .record({ labour: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), handleMicroseconds: fc.maxSafeInteger() })
  .map((some) => ({ ...emptyMeasures(), ...some }));
const billFacts: fc.Arbitrary<BillFacts> = fc.record(
  { bookedAs: fc.constantFrom(...DIMENSIONS), promotion: fc.constant(true), subcategory: id, text: id },
  { requiredKeys: [] },
);
const billNews: fc.Arbitrary<BillNews> = fc.record({
  voids: fc.array(id, { maxLength: 2 }),
  allocations: fc.array(
    fc.record(
      {
        lineId: id,
        to: fc.constantFrom(...SCOPES),
        by: fc.constantFrom('handle-seconds' as const, 'contacts' as const, 'even' as const, 'weights' as const),
        weights: fc.dictionary(fc.constantFrom('north', 'south'), fc.integer({ min: 1 })).map((each) => ({ ...each })),
        dimension: fc.constantFrom(...DIMENSIONS),
        amountMicros: fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
        startMs: time,
        endMs: time,
        corrects: fc.constant(true),
      },
      { requiredKeys: ['lineId', 'to', 'by', 'dimension', 'amountMicros', 'startMs', 'endMs'], noNullPrototype: true },
    ),
    { maxLength: 2 },
  ),
  drivers: fc.array(
    fc.record({
      scope: fc.constantFrom(...SCOPES),
      id,
      minuteMs: time,
      handleMicroseconds: fc.maxSafeInteger(),
      contacts: fc.integer(),
    }),
    { maxLength: 3 },
  ),
});
const messages: fc.Arbitrary<PanesMessage> = fc.record({
  source: fc.nat(),
  sources: fc.nat(),
  watermarkMs: fc.option(time, { nil: undefined }),
  idle: fc.boolean(),
  latestMs: fc.option(time, { nil: undefined }),
  panes: fc.array(
    fc.record({ scope: fc.constantFrom(...SCOPES), id, tMs: time, calendarOnly: fc.boolean(), delta: measures }),
    { maxLength: 4 },
  ),
  lines: fc.array(
    fc
      .tuple(
        fc.record({
          scope: fc.constantFrom(...SCOPES),
          id,
          lineId: id,
          dimension: fc.constantFrom(...DIMENSIONS),
          amountMicros: fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
          startMs: time,
          endMs: time,
        }),
        billFacts,
        fc.boolean(),
      )
      .map(([line, facts, corrects]) => ({ ...line, ...facts, ...(corrects && { corrects }) })),
    { maxLength: 3 },
  ),
  revenues: fc.array(
    fc.record({
      revenueId: id,
      amountMicros: fc.bigInt({ min: 0n, max: 10n ** 16n }),
      startMs: time,
      endMs: time,
    }),
    { maxLength: 2 },
  ),
  cells: fc.array(
    fc
      .tuple(fc.option(id, { nil: undefined }), id, time, measures)
      .map(([vendorId, channel, tMs, delta]) => ({ ...(vendorId !== undefined && { vendorId }), channel, tMs, delta })),
    { maxLength: 2 },
  ),
  bills: fc.oneof(fc.constant(NO_BILL_NEWS), billNews),
});

const WIDTHS = { paneMs: 10_000, cellMs: 900_000 };

/** The same message with what fits as rows. */
function asRows({ panes, cells }: PanesMessage): { rows: PaneRowsWriter; panes: PaneDelta[]; cells: CellDelta[] } {
  const rows = new PaneRowsWriter();
  const row = new Float64Array(ROW_FIELDS);
  const fitting = panes.filter(({ delta }) => writeRow(delta, row, 0));
  for (const { scope, id, tMs, calendarOnly, delta } of fitting) {
    writeRow(delta, row, 0);
    rows.beginScope(SCOPES.indexOf(scope), Buffer.from(id), 1);
    rows.row(2 * Math.floor(tMs / WIDTHS.paneMs) + (calendarOnly ? 1 : 0), row, 0);
  }
  const fittingCells = cells.filter(({ delta }) => writeRow(delta, row, 0));
  for (const { vendorId = '', channel, tMs, delta } of fittingCells) {
    writeRow(delta, row, 0);
    rows.beginCell(Buffer.from(vendorId), Buffer.from(channel), 1);
    rows.row(Math.floor(tMs / WIDTHS.cellMs), row, 0);
  }
  return {
    rows,
    panes: fitting.map((pane) => ({ ...pane, tMs: Math.floor(pane.tMs / WIDTHS.paneMs) * WIDTHS.paneMs })),
    cells: fittingCells.map((cell) => ({ ...cell, tMs: Math.floor(cell.tMs / WIDTHS.cellMs) * WIDTHS.cellMs })),
  };
}

describe('a panes message', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const value = encodePanes({ ...message, ...WIDTHS }, new PaneRowsWriter(), message);
        expect(decodePanes(value)).toEqual(message);
      }),
    );
  });

  it('is read as it was written in rows, at the start of each pane, before what is not', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const { rows, panes, cells } = asRows(message);
        const decoded = decodePanes(encodePanes({ ...message, ...WIDTHS }, rows, message));
        expect(decoded.panes).toEqual([...panes, ...message.panes]);
        expect(decoded.cells).toEqual([...cells, ...message.cells]);
      }),
    );
  });

  it('costs little when it only says where the watermark is', () => {
    const head = { source: 1, sources: 8, watermarkMs: 5, idle: false, latestMs: 6, ...WIDTHS };
    expect(encodePanes(head, new PaneRowsWriter(), {})).toHaveLength(14);
  });

  it('refuses a message of another format', () => {
    expect(() => decodePanes(Buffer.from('{"s":1}'))).toThrow('format 123');
  });
});
