import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** An expression that we ship, and where it stands. */
export interface Deployed {
  readonly where: string;
  readonly expression: string;
}

/** A recording rule or an alert. */
export interface DeployedRule extends Deployed {
  readonly kind: 'record' | 'alert';
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The project's `deploy` folder. */
export const DEPLOY = join(import.meta.dirname, '../../deploy');

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly record?: string;
      readonly alert?: string;
      readonly expr: string;
      readonly annotations?: Readonly<Record<string, string>>;
    }[];
  }[];
}

/** Every rule of `deploy/prometheus/rules`. */
export function deployedRules(): DeployedRule[] {
  const folder = join(DEPLOY, 'prometheus/rules');
  return filesIn(folder, '.rules.yml').flatMap((file) => {
    const { groups } = parse(readFileSync(join(folder, file), 'utf8')) as RuleFile;
    return groups.flatMap(({ rules }) =>
      rules.map(({ record, alert, expr, annotations = {} }) => {
        const name = record ?? alert ?? '';
        const kind = record === undefined ? ('alert' as const) : ('record' as const);
        return { kind, name, annotations, where: `${file}: ${name}`, expression: expr };
      }),
    );
  });
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
  readonly links: readonly { readonly type: string; readonly url: string }[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly query: unknown;
      readonly definition?: string;
    }[];
  };
}

/** Every dashboard of `deploy/grafana/dashboards`, by file name. */
export function dashboards(): Map<string, Dashboard> {
  const folder = join(DEPLOY, 'grafana/dashboards');
  return new Map(
    filesIn(folder, '.json').map((file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Dashboard]),
  );
}

/**
 * Every panel's queries, with the dashboard's variables filled in as Grafana does: a custom variable with each of its
 * options in turn, anything chosen by label with everything, intervals with one that fits the scrape interval.
 */
export function panelQueries(): Deployed[] {
  return [...dashboards()].flatMap(([file, { panels, templating }]) => {
    const custom = templating.list.filter(({ type }) => type === 'custom');
    const byLabel = templating.list.filter(({ type }) => type === 'query');
    const chosen = (text: string): string =>
      byLabel.reduce((filled, { name }) => filled.replaceAll(`$${name}`, '.*'), text);
    return panels.flatMap(({ title, targets = [] }) =>
      targets.flatMap(({ expr }) => {
        let expressions = [expr];
        for (const { name, query } of custom) {
          const options = String(query).split(',');
          expressions = expressions.flatMap((text) =>
            text.includes(`$${name}`) ? options.map((option) => text.replaceAll(`$${name}`, option)) : [text],
          );
        }
        return expressions.map((text) => ({
          where: `${file}: ${title}`,
          expression: chosen(text.replaceAll('$__rate_interval', '1m')),
        }));
      }),
    );
  });
}

/** What marks episodes on the time axes. */
export function annotationQueries(): Deployed[] {
  return [...dashboards()].flatMap(([file, { annotations }]) =>
    annotations.list.map(({ name, expr }) => ({ where: `${file}: annotation ${name}`, expression: expr })),
  );
}

/** The series that choices of a dashboard's variables come from, e.g. of `label_values(up, job)` it is `up`. */
export function variableQueries(): Deployed[] {
  return [...dashboards()].flatMap(([file, { templating }]) =>
    templating.list.flatMap(({ name, definition }) => {
      const expression = definition && /^label_values\((.*),\s*\w+\)$/.exec(definition)?.[1];
      return expression ? [{ where: `${file}: variable ${name}`, expression }] : [];
    }),
  );
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(folder).filter((file) => file.endsWith(ending));
}
