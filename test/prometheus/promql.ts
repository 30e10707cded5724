/** What a PromQL expression refers to, found by its tokens: enough for our own rules and panels, not a parser. */
export interface Mentions {
  /** Metric names, recording rules included. */
  readonly metrics: ReadonlySet<string>;
  /** Label names in matchers, groupings and joins. */
  readonly labels: ReadonlySet<string>;
  /** Instant selectors as they stand, e.g. `up{job="x"}`. */
  readonly selectors: ReadonlySet<string>;
}

const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;
const LABEL_LIST = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const MATCHERS = /\{([^}]*)\}/g;
const RANGE = /\[[^\]]*\]/g;
const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'by', 'without', 'on', 'ignoring', 'inf', 'nan']);

/** The metrics, labels and selectors of an expression. */
export function mentionsOf(expression: string): Mentions {
  const labels = new Set<string>();
  // A quoted text may hold any character, so it goes first.
  const unquoted = expression.replace(STRING, '""');
  for (const [, matchers = ''] of unquoted.matchAll(MATCHERS)) {
    for (const [, label = ''] of matchers.matchAll(/([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)/g)) labels.add(label);
  }
  for (const [, list = ''] of unquoted.matchAll(LABEL_LIST)) {
    for (const label of list.split(',')) if (label.trim() !== '') labels.add(label.trim());
  }
  const bare = unquoted.replace(LABEL_LIST, ' ').replace(MATCHERS, ' ').replace(RANGE, ' ');
  const metrics = new Set<string>();
  for (const [, name = ''] of bare.matchAll(/(?<![\w:.])([a-zA-Z_:][\w:]*)(?![\w:]*\s*\()/g)) {
    if (!KEYWORDS.has(name.toLowerCase())) metrics.add(name);
  }
  const selectors = new Set<string>();
  for (const metric of metrics) {
    const pattern = new RegExp(`(?<![\\w:])${metric}(?![\\w:])(\\{(?:${STRING.source}|[^}])*\\})?`, 'g');
    for (const [selector] of expression.matchAll(pattern)) selectors.add(selector);
  }
  return { metrics, labels, selectors };
}
