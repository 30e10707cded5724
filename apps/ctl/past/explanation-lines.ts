import { TOPICS } from '#libs/contract';
import type { Drivers, Explanation } from '#libs/application';
import { tableLines } from '../terminal/table.js';

/** An explanation for people. */
export function explanationLines(explanation: Explanation): string[] {
  const { signal, window, rule, budgets, drivers, rates, bills, inputs, recordedFrom, recomputed } = explanation;
  const { signalKey, status, severity, summary, cause, contributors = [], variance, unit = '' } = signal;
  const version = String(signal.rule.version ?? 1);
  return [
    `${signalKey} (${signal.rule.kind}), ${status}, ${severity}, caused by ${cause}`,
    `  ${summary}`,
    `  ${String(signal.observed)} against ${String(signal.threshold)} ${unit}, as of ${signal.observedAt}`,
    ...tableLines([
      ['window', `${window.name} from ${window.start} to ${window.end}`],
      [
        'rule',
        rule
          ? `${signal.rule.id} version ${version}${rule.isThatVersion ? '' : `, now ${String(rule.version)}`}`
          : `${signal.rule.id} version ${version}, not there any more`,
      ],
      ...budgets.map(({ budgetId, version: of, period }) => [
        'budget',
        `${budgetId} version ${String(of)}, of the ${period}`,
      ]),
      ...contributors.map(({ scope, id, amount, share }) => [
        'driven by',
        `${scope} ${id} ${amount} (${(share * 100).toFixed(0)}%)`,
      ]),
      ...(variance
        ? [
            [
              'variance',
              `${String(variance.total)}: volume ${String(variance.volume)}, mix ${String(variance.mix)}, efficiency ${String(variance.efficiency)}, rate ${String(variance.rate)}`,
            ],
          ]
        : []),
      ...driverRows(drivers),
      ...rates.map(({ rateId, amount, lines }) => [
        'rate',
        `${rateId}: ${amount} on ${lines.toLocaleString('en')} lines`,
      ]),
      ...bills.map((lineId) => ['bill', lineId]),
      ...inputs.map(({ topic, partition, fromOffset, toOffset, records }) => [
        'input',
        `${TOPICS[topic].name} partition ${String(partition)}, offsets ${fromOffset} to ${toOffset}: ${records.toLocaleString('en')} records`,
      ]),
      ['kept since', recordedFrom ?? 'nothing is kept'],
      ['recomputed', recomputed.isSame ? 'the same' : 'not the same'],
      ...recomputed.remarks.map((remark) => ['', remark]),
    ]),
  ];
}

function driverRows(drivers: Drivers | null): string[][] {
  if (!drivers) return [];
  const { comparedWith, amount, before, parts, variance } = drivers;
  const { volume, mix, efficiency, rate } = variance;
  return [
    ['compared', `${amount} with ${before} from ${comparedWith.start} to ${comparedWith.end}, bills left out`],
    ['difference', `volume ${volume}, mix ${mix}, efficiency ${efficiency}, rate ${rate}`],
    ...parts.map(({ scope, id, amount: more, share }) => [
      'more in',
      `${scope} ${id}: ${more}${share > 0 ? ` (${(share * 100).toFixed(0)}%)` : ''}`,
    ]),
  ];
}
