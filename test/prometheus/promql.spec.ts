import { mentionsOf } from './promql.js';

describe('mentionsOf', () => {
  it.each([
    ['up', ['up'], [], ['up']],
    ['rate(a_total[5m]) / (b > 0)', ['a_total', 'b'], [], ['a_total', 'b']],
    [
      '60 * sum by (x, y) (max without (z) (a{p=~"q|r", s!="t"}))',
      ['a'],
      ['p', 's', 'x', 'y', 'z'],
      ['a{p=~"q|r", s!="t"}'],
    ],
    ['a:b:c{p="}"} and on (x) deriv(a:b:c{p="}"}[5m]) > 1e3', ['a:b:c'], ['p', 'x'], ['a:b:c{p="}"}']],
    ['a{p="b"} unless a_b{q="x"}', ['a', 'a_b'], ['p', 'q'], ['a_b{q="x"}', 'a{p="b"}']],
    ['histogram_quantile(0.99, sum by (le) (rate(h_bucket[1h])))', ['h_bucket'], ['le'], ['h_bucket']],
  ])('%s', (expression, metrics, labels, selectors) => {
    const mentions = mentionsOf(expression);
    expect([...mentions.metrics].sort()).toEqual(metrics);
    expect([...mentions.labels].sort()).toEqual(labels);
    expect([...mentions.selectors].sort()).toEqual(selectors);
  });
});
