import type { JSX } from 'preact';

import type { Agents, Channels, Figures, ScopeRow } from '#libs/application/live/wire';

import { channelColour, OUTSIDE_COLOUR } from '../chart/series-colours.js';
import type { Formats } from '../format/formats.js';
import { TEXTS, type BreakdownWindow } from '../texts.js';
import { Amount, Bar } from './figure.js';
import { Row, Table } from './figures-table.js';
import { Card, Section } from './section.js';

const { columns } = TEXTS;

interface PanelProps {
  readonly window: BreakdownWindow;
  readonly formats: Formats;
}

/** Channels side by side: what they cost, what a contact costs there, how long it takes and how much is automated. */
export function ChannelsPanel(
  props: PanelProps & { readonly channels: Channels; readonly ids: readonly string[] },
): JSX.Element {
  const { channels, ids, window, formats } = props;
  const outside = channels.outside[window];
  const largest = largestAmount(channels.rows, window, outside);
  return (
    <Card id="channels" title={TEXTS.channels.title} empty={channels.rows.length === 0 ? TEXTS.channels.none : null}>
      <Table
        caption={TEXTS.channels.caption(TEXTS.breakdown.windows[window])}
        head={[
          columns.channel,
          null,
          columns.cost,
          columns.contacts,
          columns.perContact,
          columns.handleTime,
          columns.automated,
        ]}
      >
        {channels.rows.map(({ id, windows: { [window]: figures } }) => (
          <Row key={id} name={<ChannelName id={id} colour={channelColour(id, ids)} />} rowId={`channel:${id}`}>
            <CostCells figures={figures} largest={largest} colour={channelColour(id, ids)} formats={formats} />
            <ContactCells figures={figures} formats={formats} />
            <td role="cell" data-label={columns.automated}>
              {formatted(figures?.automationRatio, formats.percent)}
            </td>
          </Row>
        ))}
        {outside !== undefined && Number(outside) !== 0 && (
          <Row
            name={<ChannelName id={TEXTS.chart.outside} colour={OUTSIDE_COLOUR} help={TEXTS.chart.outsideHelp} />}
            rowId="outside"
            soft
          >
            <td class="bar-cell" role="cell">
              <Bar share={Number(outside) / largest} colour={OUTSIDE_COLOUR} />
            </td>
            <td class="cost" role="cell">
              <Amount value={outside} format={formats.amount} />
            </td>
          </Row>
        )}
      </Table>
    </Card>
  );
}

/** The dearest agents, in two columns where there is room. */
export function AgentsPanel({ agents, window, formats }: PanelProps & { readonly agents: Agents }): JSX.Element {
  const rows = agents.top[window];
  const largest = largestAmount(rows, window);
  const half = Math.ceil(rows.length / 2);
  const note = TEXTS.agents.shown(formats.count(rows.length), formats.count(agents.count));
  return (
    <Card id="agents" title={TEXTS.agents.title} note={note} empty={rows.length === 0 ? TEXTS.agents.none : null}>
      <div class="pair">
        {[rows.slice(0, half), rows.slice(half)].map((part, index) => (
          <Table
            key={index}
            caption={TEXTS.agents.caption(TEXTS.breakdown.windows[window], index + 1)}
            head={[columns.agent, null, columns.cost, columns.contacts, columns.perContact, columns.handleTime]}
          >
            {part.map(({ id, team, windows: { [window]: figures } }) => (
              <Row key={id} name={<AgentName id={id} team={team} />} rowId={`agent:${id}`}>
                <CostCells figures={figures} largest={largest} formats={formats} />
                <ContactCells figures={figures} formats={formats} />
              </Row>
            ))}
          </Table>
        ))}
      </div>
    </Card>
  );
}

interface SmallPanelProps extends PanelProps {
  readonly kind: 'team' | 'vendor';
  readonly rows: readonly ScopeRow[];
}

/** Teams and vendors, small: cost and cost per contact, in a steady order. */
export function SmallPanels(
  props: PanelProps & { readonly teams: readonly ScopeRow[]; readonly vendors: readonly ScopeRow[] },
): JSX.Element {
  const { teams, vendors, ...shared } = props;
  return (
    <div class="card small-panels">
      <SmallPanel {...shared} kind="team" rows={teams} />
      <SmallPanel {...shared} kind="vendor" rows={vendors} />
    </div>
  );
}

function SmallPanel({ kind, rows, window, formats }: SmallPanelProps): JSX.Element {
  const texts = kind === 'team' ? TEXTS.teams : TEXTS.vendors;
  const largest = largestAmount(rows, window);
  return (
    <Section id={`${kind}s`} title={texts.title} empty={rows.length === 0 ? texts.none : null}>
      <Table
        caption={texts.caption(TEXTS.breakdown.windows[window])}
        head={[columns[kind], null, columns.cost, columns.perContact]}
      >
        {rows.map(({ id, windows: { [window]: figures } }) => (
          <Row key={id} name={id} rowId={`${kind}:${id}`}>
            <CostCells figures={figures} largest={largest} formats={formats} />
            <td role="cell" data-label={columns.perContact}>
              {formatted(figures?.costPerInteraction, formats.unitAmount)}
            </td>
          </Row>
        ))}
      </Table>
    </Section>
  );
}

interface CostCellsProps {
  readonly figures: Figures | undefined;
  readonly largest: number;
  readonly colour?: string;
  readonly formats: Formats;
}

function CostCells({ figures, largest, colour, formats }: CostCellsProps): JSX.Element {
  const share = largest > 0 ? Number(figures?.amount ?? 0) / largest : 0;
  return (
    <>
      <td class="bar-cell" role="cell">
        <Bar share={share} {...(colour === undefined ? {} : { colour })} />
      </td>
      <td class="cost" role="cell">
        <Amount value={figures?.amount} format={formats.amount} />
      </td>
    </>
  );
}

function ContactCells({
  figures,
  formats,
}: {
  readonly figures: Figures | undefined;
  readonly formats: Formats;
}): JSX.Element {
  return (
    <>
      <td role="cell" data-label={columns.contacts}>
        {formatted(figures?.interactions, formats.count)}
      </td>
      <td role="cell" data-label={columns.perContact}>
        {formatted(figures?.costPerInteraction, formats.unitAmount)}
      </td>
      <td role="cell" data-label={columns.handleTime}>
        {formatted(figures?.averageHandleSeconds, formats.handleTime)}
      </td>
    </>
  );
}

function ChannelName(props: { readonly id: string; readonly colour: string; readonly help?: string }): JSX.Element {
  return (
    <span class="name" title={props.help}>
      <span class="swatch" style={{ background: props.colour }} aria-hidden="true" />
      {props.id}
    </span>
  );
}

function AgentName({ id, team }: { readonly id: string; readonly team: string | null }): JSX.Element {
  return (
    <span class="name">
      {id}
      {team !== null && <span class="note">{team}</span>}
    </span>
  );
}

function formatted<Value>(value: Value | null | undefined, format: (value: Value) => string): string {
  return value === null || value === undefined ? TEXTS.unknown : format(value);
}

function largestAmount(rows: readonly ScopeRow[], window: BreakdownWindow, other = '0'): number {
  return Math.max(0, Number(other), ...rows.map((row) => Number(row.windows[window]?.amount ?? 0)));
}
