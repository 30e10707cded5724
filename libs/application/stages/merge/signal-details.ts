import {
  amountOf,
  DIMENSIONS,
  formatMicros,
  rfc3339,
  type Measures,
  type SignalContributor,
  type SignalDetails,
  type SignalVariance,
} from '#libs/domain';

/** What a signal says beside its verdict: `contributors`, else what the content judged is made of, largest first. */
export function detailsOf(
  content: Measures,
  tMs: number,
  contributors: SignalContributor[] = dimensionsOf(content),
  variance?: SignalVariance,
): SignalDetails {
  return {
    ...(contributors.length > 0 && { contributors }),
    ...(variance && { variance }),
    evidence: { watermark: rfc3339(tMs) },
  };
}

function dimensionsOf(content: Measures): SignalContributor[] {
  const total = amountOf(content);
  if (total <= 0n) return [];
  return DIMENSIONS.filter((dimension) => content[dimension] !== 0n)
    .sort((a, b) => (content[b] > content[a] ? 1 : content[b] < content[a] ? -1 : 0))
    .map((dimension) => ({
      scope: 'dimension',
      id: dimension,
      amount: formatMicros(content[dimension]),
      share: Number(content[dimension]) / Number(total),
    }));
}
