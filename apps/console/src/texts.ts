import type { ActivityGroup, AnalysisPeriod, LiveWindow, SignalSeverity } from '#libs/application/live/wire';

/** The windows that a reader can choose between for the breakdowns. */
export type BreakdownWindow = Extract<LiveWindow, '1h' | '24h'>;

const MINUTE_MS = 60_000;

/** 21 min, 3 h 5 min, 2 d 4 h. */
function span(lastedMs: number): string {
  const minutes = Math.max(0, Math.floor(lastedMs / MINUTE_MS));
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return `${String(days)} d ${String(hours % 24)} h`;
  return hours > 0 ? `${String(hours)} h ${String(minutes % 60)} min` : `${String(minutes)} min`;
}

/** Every text of the page. Functions take text that is already formatted for the reader. */
export const TEXTS = {
  product: 'Spendline',
  pageTitle: (organisation: string, perMinute: string) => `${perMinute}/min · ${organisation} · Spendline`,

  skipToFigures: 'Skip to the figures',
  asOf: (time: string) => `As of ${time}`,

  connection: {
    connecting: 'Connecting…',
    live: 'Live',
    reconnecting: 'Reconnecting…',
    refused: 'Not signed in',
    quiet: 'No new data',
    quietSince: (since: string) => `since ${since}`,
    catchingUp: 'Catching up',
    completeTo: (time: string) => `complete to ${time}`,
    catchingUpHelp:
      'Contacts of the past are still being read. Figures are complete up to this time and grow until now.',
    connectingHelp: 'The page is asking the server for the figures.',
    liveHelp: 'Figures arrive within about a second.',
    reconnectingHelp: 'The server does not answer. The figures are the last ones that arrived; nothing is lost.',
    refusedHelp: 'The server shows figures to people who sign in. If you have, your roles may not allow it.',
    quietHelp: 'The server answers, but the stream has not moved. Is the monitor running?',
  },

  theme: { toDark: 'Use the dark theme', toLight: 'Use the light theme' },

  headline: {
    title: 'Cost now, today and this month',
    lastHour: 'Last hour',
    perMinute: (amount: string) => `${amount} a minute now`,
    perMinuteHelp: 'Cost of the last five minutes, divided by five.',
    today: 'Today',
    todaySince: (time: string) => `Since ${time}`,
    lastDay: 'Last 24 hours',
    lastDayAmount: (amount: string) => `Last 24 hours ${amount}`,
    month: 'This month',
    forecast: (amount: string) => `Forecast ${amount}`,
    forecastOfBudget: (amount: string, share: string) => `Forecast ${amount}, ${share} of budget`,
    forecastHelp:
      'Month to date divided by the share of the month that has passed. It knows nothing of weekdays or of days to come.',
    forecastSoon: 'Forecast after the first hour of the month',
    budget: (share: string, amount: string) => `Spent ${share} of ${amount}`,
    noBudget: 'No approved monthly budget',
    perContact: 'Per contact, last hour',
    perResolution: (amount: string) => `${amount} per resolution`,
    handleTime: (time: string) => `Handle time ${time}`,
    handleTimeHelp: 'Talk, hold and after-contact time per contact handled by a person, in minutes and seconds.',
    automated: (share: string) => `${share} automated`,
    contacts: (count: string) => `${count} contacts`,
  },

  chart: {
    title: 'Cost per 5 minutes',
    range: 'Time shown',
    ranges: { 1: '1 h', 3: '3 h', 6: '6 h' },
    rangeNames: { 1: 'last hour', 3: 'last 3 hours', 6: 'last 6 hours' },
    now: 'Now',
    total: 'Total',
    outside: 'No channel',
    outsideHelp: 'Cost that no channel bears: paid time between contacts, licences and other accruals.',
    summary: (range: string, now: string, peak: string, peakTime: string) =>
      `Rolling cost per five minutes by channel over the ${range}. Now ${now}; highest ${peak} at ${peakTime}.`,
    asTable: 'Figures as a table',
    tableCaption: 'Rolling cost per five minutes, every quarter of an hour',
    time: 'Time',
    empty: 'The chart begins with the first window that closes.',
  },

  signals: {
    title: 'Signals',
    count: (firing: number) => (firing === 0 ? 'none firing' : `${String(firing)} firing`),
    none: 'Nothing is firing. Spending is within its rules.',
    severity: { critical: 'Critical', warning: 'Warning', info: 'Info' } satisfies Record<SignalSeverity, string>,
    since: (time: string, lastedMs: number) => `since ${time} (${span(lastedMs)})`,
    mostly: 'Mostly',
    resolved: 'Resolved lately',
    resolvedAt: (time: string) => `Resolved ${time}`,
    announceFiring: (severity: string, summary: string) => `New signal, ${severity}: ${summary}`,
    announceResolved: (summary: string) => `Resolved: ${summary}`,
    runbook: 'Runbook',
    all: 'All signals',
    look: 'History and why',
    resolvedWord: 'Resolved',
    why: 'Why',
    contributors: 'Who and what made it',
    variance: (total: string) => `What makes the difference of ${total}`,
    parts: { volume: 'More contacts', mix: 'Another mix', efficiency: 'Longer handling', rate: 'Dearer rates' },
    history: 'History',
    nobody: 'Nobody has said that he looks after it.',
    acknowledged: (who: string, when: string) => `${who} looks after it since ${when}.`,
    snoozed: (until: string, who: string) =>
      `Snoozed until ${until} by ${who}; that it is resolved is told all the same.`,
    comment: 'Comment',
    acknowledge: 'Acknowledge',
    say: 'Add comment',
    snoozeFor: 'Silence for',
    snooze: 'Snooze',
    hours: (hours: string) => (hours === '1' ? '1 hour' : `${hours} hours`),
    silenced: 'Silenced: another signal says it from above, or with its reason',
  },

  undelivered: {
    title: 'Not delivered',
    why: (receiver: string, reason: string) => `to ${receiver}: ${reason}`,
    resend: 'Send again',
    underWay: 'Is being sent again.',
  },

  menu: { title: 'Pages', live: 'Live', budgets: 'Budgets', signals: 'Signals', analyses: 'Analyses' },

  session: {
    signIn: 'Sign in',
    signOut: 'Sign out',
    as: (name: string, roles: string) => `${name} (${roles})`,
    toDecide: 'Sign in to decide.',
    toAct: 'Sign in to acknowledge, snooze or comment.',
  },

  decisions: {
    noHistory: 'Nobody has done anything yet.',
    version: (number: string) => `version ${number}`,
    actions: {
      draft: 'wrote',
      edit: 'changed',
      submit: 'submitted',
      approve: 'approved',
      reject: 'rejected',
      supersede: 'replaced',
      close: 'closed',
      acknowledge: 'looks after it',
      snooze: 'snoozed it until',
      comment: 'said',
    } as Readonly<Record<string, string>>,
  },

  budgets: {
    title: 'Budgets',
    all: 'All budgets',
    none: 'There is no budget yet.',
    create: 'New budget',
    more: 'More',
    back: 'Back',
    form: 'Budget',
    fields: {
      budgetId: 'Name',
      scope: 'For',
      id: 'Which one',
      period: 'Each',
      amount: 'Amount',
      profile: 'Planned',
      from: 'From',
      owner: 'Owner',
    },
    profiles: {
      flat: 'evenly',
      kept: 'as in the version before',
      'last-period': 'as the last period went',
    } as Readonly<Record<string, string>>,
    save: 'Save as draft',
    cancel: 'Cancel',
    edit: 'Change the draft',
    nextVersion: 'Write the next version',
    submit: 'Submit',
    approve: 'Approve',
    reject: 'Reject',
    close: 'Close',
    reason: 'Reason',
    own: 'You wrote or submitted it: somebody else must approve it.',
    history: 'Versions and history',
    periods: { month: 'each month', quarter: 'each quarter', year: 'each year' } as Readonly<Record<string, string>>,
    status: {
      draft: 'Draft',
      submitted: 'Waits for approval',
      approved: 'In force',
      rejected: 'Rejected',
      superseded: 'Replaced',
      closed: 'Closed',
    },
    subject: (scope: string, id: string) => (scope === 'all' ? 'Everything' : `${scope} ${id}`),
    spent: (amount: string, share: string) => `Spent ${amount} (${share})`,
    planned: (amount: string) => `planned by now ${amount}`,
    forecast: (amount: string, share: string) => `forecast ${amount} (${share})`,
    yearly: (amount: string) => `${amount} in a year`,
    inForce: (amount: string) => `In force: ${amount}.`,
    nothingInForce: 'Nothing is in force.',
    profileFrom: (source: string) => `Planned by ${source}.`,
    proposed: (amount: string) => `Latest version: ${amount}.`,
    children: (scope: string, count: number, amount: string, difference: string) =>
      `Below it by ${scope}: ${String(count)} budgets, ${amount} together; difference ${difference}.`,
    from: (time: string) => `from ${time}`,
  },

  analyses: {
    title: 'What makes the cost',
    period: 'Time analysed',
    periods: {
      'this-month': 'This month',
      'last-month': 'Last month',
      'last-7-days': 'Last 7 days',
    } satisfies Record<AnalysisPeriod, string>,
    span: (from: string, to: string, zone: string) => `From ${from} to ${to}, ${zone}, out of the ledger.`,
    reading: 'Reading the ledger…',
    noContacts:
      'The ledger has no contact of this time. It takes some seconds to get the newest; of a time before it was started it has nothing.',
    noCost:
      'The ledger has no cost of this time. It fills as the monitor closes the windows of the month, a minute each.',

    compositionTitle: 'Kinds of cost, beside a benchmark',
    billsIncluded: 'in all, bills as they accrue included.',
    benchmark: 'Compare with',
    industries: {
      finance: 'Finance',
      manufacturing: 'Manufacturing',
      retail: 'Retail',
      healthcare: 'Healthcare',
      'manufacturer-example': 'A manufacturer',
    } as Readonly<Record<string, string>>,
    against: (share: string, difference: string | null) =>
      difference === null ? `benchmark ${share}` : `benchmark ${share}, ${difference}`,
    points: (signed: string) => `${signed} points`,
    noBenchmark: 'no benchmark',
    benchmarkNote: (source: string, costToRevenue: string) =>
      `Benchmark: ${source}. Its service cost is ${costToRevenue} of revenue; yours is watched by the rule cost-share, for revenue is not in the ledger.`,

    correlationTitle: 'CSAT against cost',
    over: 'Over',
    correlation: (coefficient: string, pairs: number, members: string, words: string) =>
      `r = ${coefficient} over ${String(pairs)} ${members}: ${words}.`,
    relation: {
      none: 'cost and satisfaction go their own ways',
      slight: {
        more: 'dearer contacts are slightly the better ones',
        less: 'cheaper contacts are slightly the better ones',
      },
      clear: { more: 'dearer contacts are the better ones', less: 'cheaper contacts are the better ones' },
    },
    fewPairs: (pairs: number, least: number) =>
      `Only ${String(pairs)} to compare: from ${String(least)} on a correlation says something.`,
    noVariance: (pairs: number) => `All ${String(pairs)} are alike in cost or in CSAT: nothing to correlate.`,
    noPairs: (members: string, least: number) =>
      `None of the ${members} has contacts and at least ${String(least)} answers of customers in this time. Answers come on the topic callcenter.feedback.`,
    correlationNote: (leftOut: number, least: number) =>
      `Pearson’s r. It does not say what is the reason of what.${leftOut > 0 ? ` Left out: ${String(leftOut)} with fewer than ${String(least)} answers.` : ''}`,
    scatter: (cheapest: string, dearest: string, worst: string, best: string) =>
      `To the right cost per contact, ${cheapest} to ${dearest}; upwards mean CSAT, ${worst} to ${best}.`,

    contactsTitle: 'Contacts and paid time',
    contactsNote: 'What contacts cost when they end, and paid time when it begins. Bills are not in it.',
    by: 'By',
    groups: {
      topic: 'Topic',
      stage: 'Stage',
      complexity: 'Complexity',
      'customer-tier': 'Customer tier',
      channel: 'Channel',
      team: 'Team',
      vendor: 'Vendor',
      agent: 'Agent',
    } satisfies Record<ActivityGroup, string>,
    plurals: {
      topic: 'topics',
      stage: 'stages',
      complexity: 'degrees of complexity',
      'customer-tier': 'customer tiers',
      channel: 'channels',
      team: 'teams',
      vendor: 'vendors',
      agent: 'agents',
    } satisfies Record<ActivityGroup, string>,
    noneNamed: (plural: string) =>
      `No contact of this time names any ${plural}, so none can be told apart. They come with the contacts on the topic callcenter.interactions.`,

    paretoTitle: 'Which few make most of it',
    few: (share: string, count: string, members: string, plural: string, memberShare: string, names: string) =>
      `${share} of the cost is made by ${count} of ${members} ${plural} (${memberShare}): ${names}.`,
    andMore: (count: string) => ` and ${count} more`,
    tied: (names: string) => `Equal across this cut, so that which of them counts is chance: ${names}.`,
    noFew: 'No few make 80% of the cost: there is none to share, or too many share it.',
    shown: (shown: string, members: string, plural: string) => `The dearest ${shown} of ${members} ${plural}.`,
    cumulative: 'Together',

    activitiesTitle: 'What an activity costs',
    costShare: 'Of the cost',
    contactShare: 'Of the contacts',
    nameless: (plural: string) => `Without ${plural}`,
  },

  rehearsal: {
    title: 'What it would have done',
    span: (from: string, to: string) => `On what was recorded from ${from} to ${to}.`,
    would: (times: string, minutes: string) => `would fire ${times} times, ${minutes} min`,
    beside: (today: string, told: string) => `as it is now ${today} times; told at the time ${told} times`,
  },

  breakdown: {
    title: 'Where it goes',
    window: 'Time counted',
    windows: { '1h': 'Last hour', '24h': 'Last 24 hours' } satisfies Record<BreakdownWindow, string>,
  },

  columns: {
    channel: 'Channel',
    agent: 'Agent',
    team: 'Team',
    vendor: 'Vendor',
    cost: 'Cost',
    share: 'Share',
    contacts: 'Contacts',
    perContact: 'Per contact',
    handleTime: 'Handle time',
    handleTimeHelp: 'Minutes and seconds per contact handled by a person',
    automated: 'Automated',
  },

  channels: { title: 'Channels', caption: (window: string) => `Cost by channel, ${window}`, none: 'No contact yet.' },
  composition: {
    title: 'Kinds of cost',
    none: 'No cost in this time.',
    names: {
      labour: 'Labour',
      system: 'System',
      marketing: 'Marketing',
      outsourcing: 'Outsourcing',
      training: 'Training',
    } as Readonly<Record<string, string>>,
  },
  agents: {
    title: 'Agents by cost',
    caption: (window: string, part: number) => `The dearest agents, ${window}, part ${String(part)}`,
    shown: (shown: string, known: string) => `${shown} of ${known}`,
    none: 'No agent has caused cost in this time.',
  },
  teams: { title: 'Teams', caption: (window: string) => `Cost by team, ${window}`, none: 'No team yet.' },
  vendors: { title: 'Vendors', caption: (window: string) => `Cost by vendor, ${window}`, none: 'No vendor yet.' },

  empty: {
    title: 'Waiting for the first contact',
    explanation:
      'The page is connected, and the stream is still empty. Figures appear within seconds of the first finished contact on the topic callcenter.interactions.',
    ways: [
      ['To see a live call centre', 'npm start'],
      ['To replay a recorded file', 'npx spendline replay FILE --map MAP.yaml'],
      ['To find out what is missing', 'npx spendline doctor'],
    ] as readonly (readonly [string, string])[],
    connecting: 'Connecting to the server…',
    refused: 'Sign in to see the figures',
    reading: 'Reading the stream…',
    readingHelp: 'The server reads Kafka to its end before it shows figures: some seconds, or until Kafka answers.',
  },

  footer: {
    note: 'Every figure here is also in the API, in Kafka and in Prometheus.',
    links: [
      ['Live figures (JSON)', '/api/v1/live'],
      ['Metrics', '/metrics'],
      ['AsyncAPI', '/api/v1/asyncapi'],
    ] as readonly (readonly [string, string])[],
  },

  unknown: '–',
} as const;
