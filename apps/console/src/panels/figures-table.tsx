import type { ComponentChildren, JSX } from 'preact';

import { TEXTS } from '../texts.js';

const { columns } = TEXTS;

interface TableProps {
  readonly caption: string;
  /** Column headings; null for the bars, which have none. */
  readonly head: readonly (string | null)[];
  readonly children: ComponentChildren;
}

/**
 * A table of figures. Roles are spelled out because narrow screens lay the rows out as flex boxes, which would take the
 * table's meaning.
 */
export function Table({ caption, head, children }: TableProps): JSX.Element {
  return (
    <table class="figures" role="table">
      <caption class="visually-hidden">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {head.map((heading) =>
            heading === null ? <td key="bar" role="cell" /> : <Heading key={heading} text={heading} />,
          )}
        </tr>
      </thead>
      <tbody role="rowgroup">{children}</tbody>
    </table>
  );
}

function Heading({ text }: { readonly text: string }): JSX.Element {
  const help = text === columns.handleTime ? columns.handleTimeHelp : undefined;
  return (
    <th scope="col" role="columnheader" title={help}>
      {text}
    </th>
  );
}

interface RowProps {
  readonly name: ComponentChildren;
  readonly rowId: string;
  readonly soft?: boolean;
  readonly children: ComponentChildren;
}

/** A row: its name, then its cells. */
export function Row({ name, rowId, soft, children }: RowProps): JSX.Element {
  return (
    <tr role="row" data-row={rowId} class={soft ? 'soft' : undefined}>
      <th scope="row" role="rowheader">
        {name}
      </th>
      {children}
    </tr>
  );
}
