import type {
  ActivityGroup,
  ActivityList,
  ActivityQuery,
  ActivitySums,
  MonthSum,
  MonthSumQuery,
  MonthToDateQuery,
} from '#libs/application';
import { DIMENSIONS, type Dimension } from '#libs/domain';
import type { Database } from './database.js';
import { rowToAmount } from './ledger-mapping.js';

/** Column of each group. */
const GROUP_COLUMN: Readonly<Record<ActivityGroup, string>> = {
  topic: 'topic',
  stage: 'stage',
  complexity: 'complexity',
  'customer-tier': 'customer_tier',
  channel: 'channel',
  team: 'team',
  vendor: 'vendor_id',
  agent: 'agent_id',
};

const SUMS = {
  amount: 'sum(amount)',
  contacts: `count(*) FILTER (WHERE source = 'interaction')`,
  // Only contacts of people and vendors have a handle time in their cost event.
  handled: `count(*) FILTER (WHERE source = 'interaction' AND handle_seconds IS NOT NULL)`,
  seconds: `coalesce(sum(handle_seconds) FILTER (WHERE source = 'interaction'), 0)`,
} as const;

type SumRow = Readonly<Record<keyof typeof SUMS, string>>;

interface ActivityRow extends SumRow, Readonly<Record<`whole_${keyof typeof SUMS}`, string>> {
  readonly id: string | null;
  readonly members: string;
}

/** The dearest activities of a span, and the sums over all of them, in one pass over the events of the span. */
export async function readActivities(
  database: Database,
  { by, fromMs, toMs, currency, limit }: ActivityQuery,
): Promise<ActivityList> {
  const column = GROUP_COLUMN[by];
  const own = Object.entries(SUMS).map(([name, sql]) => `${sql} AS ${name}`);
  const wholes = Object.keys(SUMS).map((name) => `(sum(${name}) OVER ())::text AS whole_${name}`);
  const texts = Object.keys(SUMS).map((name) => `${name}::text`);
  const rows = await database.query<ActivityRow>(
    `WITH activity AS (
       SELECT ${column} AS id, ${own.join(', ')}
       FROM cost_event_current
       WHERE occurred_at >= $1 AND occurred_at < $2 AND currency = $3 AND source <> 'billing'
       GROUP BY 1
     )
     SELECT id, ${texts.join(', ')}, ${wholes.join(', ')}, (count(id) OVER ())::text AS members
     FROM activity ORDER BY id IS NOT NULL, activity.amount DESC, id COLLATE "C" LIMIT $4`,
    [new Date(fromMs), new Date(toMs), currency, limit + 1],
  );
  const [first] = rows;
  if (!first) return { items: [], whole: NOTHING, members: 0 };
  const items = rows.map((row) => ({ id: row.id, ...sumsOf(row) }));
  const whole = sumsOf({
    amount: first.whole_amount,
    contacts: first.whole_contacts,
    handled: first.whole_handled,
    seconds: first.whole_seconds,
  });
  return { items: first.id === null ? items : items.slice(0, limit), whole, members: Number(first.members) };
}

const NOTHING: ActivitySums = { amount: '0.00', contacts: 0, handledContacts: 0, handleSeconds: 0 };

function sumsOf({ amount, contacts, handled, seconds }: SumRow): ActivitySums {
  return {
    amount: rowToAmount(amount),
    contacts: Number(contacts),
    handledContacts: Number(handled),
    handleSeconds: Number(seconds),
  };
}

interface MonthRow extends Readonly<Record<Dimension, string>> {
  readonly id: string;
  readonly amount: string;
  readonly interactions: string;
  readonly csat_sum: number;
  readonly csat_count: string;
}

/**
 * Month to date at each cut, added up with its sign. Windows are only written when they change, so each is the newest
 * that ends at or before its cut; ids and windows are found by jumps in the primary key and not by reading all of them.
 */
export async function readMonthSums(
  database: Database,
  { scope, cuts, currency, limit }: MonthSumQuery,
): Promise<readonly MonthSum[]> {
  const signed = (column: string): string => `coalesce(sum(cut.sign * held.${column}), 0)`;
  const rows = await database.query<MonthRow>(
    `WITH RECURSIVE
       named AS (
         (SELECT id FROM cost_window WHERE scope = $1 ORDER BY id LIMIT 1)
         UNION ALL
         SELECT (SELECT id FROM cost_window WHERE scope = $1 AND id > named.id ORDER BY id LIMIT 1)
         FROM named WHERE named.id IS NOT NULL
       ),
       member AS (SELECT id FROM named WHERE id IS NOT NULL LIMIT $6),
       cut AS (SELECT * FROM unnest($2::timestamptz[], $3::timestamptz[], $4::int[]) AS cut (at, month_start, sign))
     SELECT member.id, ${signed('amount')}::text AS amount,
            ${DIMENSIONS.map((name) => `${signed(name)}::text AS ${name}`).join(', ')},
            ${signed('interactions')}::text AS interactions,
            ${signed('csat_sum')} AS csat_sum, ${signed('csat_count')}::text AS csat_count
     FROM member CROSS JOIN cut CROSS JOIN LATERAL (
       SELECT * FROM cost_window AS month
       WHERE month.scope = $1 AND month.id = member.id AND month.window_name = 'month'
         AND month.window_end <= cut.at AND month.window_end > cut.month_start
       ORDER BY month.window_end DESC LIMIT 1
     ) AS held
     WHERE held.currency = $5
     GROUP BY member.id ORDER BY member.id`,
    [
      scope,
      cuts.map(({ atMs }) => new Date(atMs)),
      cuts.map(({ monthStartMs }) => new Date(monthStartMs)),
      cuts.map(({ sign }) => sign),
      currency,
      limit,
    ],
  );
  return rows.map((row) => ({
    id: row.id,
    amount: rowToAmount(row.amount),
    breakdown: Object.fromEntries(DIMENSIONS.map((name) => [name, rowToAmount(row[name])])) as MonthSum['breakdown'],
    interactions: Number(row.interactions),
    csatSum: row.csat_sum,
    csatCount: Number(row.csat_count),
  }));
}

/** See `LedgerReader.monthToDate`. */
export async function readMonthToDate(
  database: Database,
  { scope, id, dimension, moments }: MonthToDateQuery,
): Promise<readonly (string | null)[]> {
  const rows = await database.query<{ readonly amount: string | null }>(
    `SELECT held.amount::text AS amount
     FROM unnest($3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY AS cut (at, month_start, place)
     LEFT JOIN LATERAL (
       SELECT ${dimension ?? 'amount'} AS amount FROM cost_window AS month
       WHERE month.scope = $1 AND month.id = $2 AND month.window_name = 'month'
         AND month.window_end <= cut.at AND month.window_end > cut.month_start
       ORDER BY month.window_end DESC LIMIT 1
     ) AS held ON true
     ORDER BY cut.place`,
    [scope, id, moments.map(({ atMs }) => new Date(atMs)), moments.map(({ monthStartMs }) => new Date(monthStartMs))],
  );
  return rows.map(({ amount }) => (amount === null ? null : rowToAmount(amount)));
}
