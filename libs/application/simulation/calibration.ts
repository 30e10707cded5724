/**
 * The figures that the simulated centre is calibrated with, each with where it comes from:
 * - "recorded": half a month of a real bank call centre (Technion, SEELab), 23,668 calls, as measured from its file;
 * - "method": the example figures of the cost-control method that the product implements;
 * - "chosen": nothing says it; a plausible value that makes the others come out.
 */

/** A duration in seconds, lognormal. */
export interface DurationLaw {
  readonly medianSeconds: number;
  readonly sigma: number;
  readonly maxSeconds: number;
}

/** Recorded: talk of 10 s and over is lognormal with these; 5.5% of the calls are shorter. */
export const VOICE_TALK = { mu: 4.81, sigma: 0.91, shortShare: 0.055, shortSeconds: 10, maxSeconds: 3600 } as const;

/** Recorded: wait in the queue, p50 72 s and p90 278 s. */
export const QUEUE_WAIT: DurationLaw = { medianSeconds: 72, sigma: 1.054, maxSeconds: 1800 };

/** Recorded: of the calls that queue, 28% abandon. */
export const ABANDONED_SHARE = 0.28;

/** Recorded: calls an hour on working days, from midnight on; the nights are given as 1 to 8. */
export const CALLS_BY_HOUR: readonly number[] = [
  8, 5, 3, 2, 1, 3, 8, 40, 82, 128, 150, 133, 116, 118, 125, 129, 122, 102, 92, 66, 70, 78, 75, 51,
];

/**
 * Chosen: the sample centre works around the clock and its traffic never falls below this share of the peak hour, so
 * that a newcomer sees figures move at any time of day. The recorded curve applies above the floor.
 */
export const DEMAND_FLOOR = 0.65;

/** Recorded: the weekend's days are far below the others; here, above the floor, by this. Index 0 is Monday. */
export const DEMAND_BY_WEEKDAY: readonly number[] = [1, 1, 1, 1, 1, 0.85, 0.8];

/**
 * Chosen: bot contacts a second at the peak, so that with the floor above about one contact a second ends at any time.
 * Sixty agents end some two contacts a minute, so the bot carries more of the traffic than it would in a real centre.
 */
export const BOT_CONTACTS_PER_SECOND = 1.6;

/** Method: 70% of all contacts are completed without a person; the bot's own success rate makes it so. */
export const BOT_OUTCOMES = { resolved: 0.74, unresolved: 0.15, abandoned: 0.11 } as const;

/** Chosen: how long a contact with the bot lasts. */
export const BOT_HANDLE: DurationLaw = { medianSeconds: 75, sigma: 0.6, maxSeconds: 900 };

/** Chosen: where customers meet the bot; chat mainly. */
export const BOT_CHANNELS = [
  { channel: 'chat', weight: 76 },
  { channel: 'voice', weight: 12 },
  { channel: 'social', weight: 8 },
  { channel: 'email', weight: 4 },
] as const;

/**
 * Chosen: metered usage of a written contact. The method's 0.5 of AI cost a contact is the bot's price; what the model
 * takes in and gives out comes on top where the rate card has a price for it.
 */
export const USAGE = {
  writtenChannels: ['chat', 'social'],
  botMessages: 6,
  peopleMessages: 14,
  botInputTokens: 2500,
  botOutputTokens: 400,
} as const;

/** Chosen: share of agents' chats that the bot began and passed on. */
export const CHAT_ESCALATED_SHARE = 0.5;

/** Contacts that people handle: channel mix, and the parts of the handle time. */
export interface ChannelLaw {
  readonly channel: string;
  readonly queue: string;
  /** Share of the contacts that people handle, in percent. */
  readonly weight: number;
  /** Absent: {@link VOICE_TALK}. */
  readonly talk?: DurationLaw;
  readonly afterContact: DurationLaw;
  readonly wait: DurationLaw;
}

/**
 * Chosen so that the mean handle time over all of them is about 8 minutes (method) with the recorded talk times on
 * voice. The mix leans on the usual one of a mixed centre (calls 31, chatbot 25, e-mail 23, web 20 of 100), with more voice
 * among what people handle.
 */
export const CHANNELS: readonly ChannelLaw[] = [
  {
    channel: 'voice',
    queue: 'voice-service',
    weight: 50,
    afterContact: { medianSeconds: 165, sigma: 0.5, maxSeconds: 1200 },
    wait: QUEUE_WAIT,
  },
  {
    channel: 'chat',
    queue: 'chat-service',
    weight: 18,
    talk: { medianSeconds: 420, sigma: 0.5, maxSeconds: 3000 },
    afterContact: { medianSeconds: 60, sigma: 0.4, maxSeconds: 600 },
    wait: QUEUE_WAIT,
  },
  {
    channel: 'email',
    queue: 'email-desk',
    weight: 20,
    talk: { medianSeconds: 510, sigma: 0.5, maxSeconds: 3000 },
    afterContact: { medianSeconds: 45, sigma: 0.4, maxSeconds: 600 },
    wait: { medianSeconds: 900, sigma: 0.6, maxSeconds: 3600 },
  },
  {
    channel: 'social',
    queue: 'social-desk',
    weight: 7,
    talk: { medianSeconds: 400, sigma: 0.5, maxSeconds: 3000 },
    afterContact: { medianSeconds: 60, sigma: 0.4, maxSeconds: 600 },
    wait: { medianSeconds: 300, sigma: 0.8, maxSeconds: 3600 },
  },
  {
    channel: 'video',
    queue: 'video-counter',
    weight: 5,
    talk: { medianSeconds: 540, sigma: 0.5, maxSeconds: 3600 },
    afterContact: { medianSeconds: 90, sigma: 0.4, maxSeconds: 900 },
    wait: QUEUE_WAIT,
  },
];

/** Chosen: a third of the calls are put on hold, for a minute on average. */
export const VOICE_HOLD = { share: 0.33, meanSeconds: 60, maxSeconds: 900 } as const;

/** Chosen: how the contacts that people handle end. */
export const PEOPLE_OUTCOMES = [
  { outcome: 'resolved', weight: 88 },
  { outcome: 'unresolved', weight: 7 },
  { outcome: 'transferred', weight: 3 },
  { outcome: 'escalated', weight: 2 },
] as const;

/** Chosen: vendors end this many contacts a second at the peak: about 30% of what people handle (method: outsourcing 30%). */
export const VENDOR_CONTACTS_PER_SECOND = 0.021;

/** Chosen: share of each vendor, of the vendors' contacts. */
export const VENDOR_WEIGHTS: readonly number[] = [60, 40];

/** Method: 8% of an outsourcer's contacts have an error. Chosen: the agents' own. */
export const ERROR_RATES = { vendor: 0.08, agent: 0.03 } as const;

/** Method: complaints over interactions, 5% to begin with. */
export const COMPLAINT_RATE = 0.05;

/** Method: 80% of the complaints come from 20% of the agents. Every fifth agent is such a one. */
export const COMPLAINT_SKEW = { every: 5, factor: 4, otherwise: 0.25 } as const;

/** Chosen: share of contacts that answer the survey. */
export const SURVEY_SHARE = { people: 0.15, bot: 0.05 } as const;

/** Synthetic teaching set: 1 to 5 stars at 10/10/30/29/21%; a star is 20 points of the contract's 0 to 100. */
export const STARS = [
  { stars: 1, weight: 10 },
  { stars: 2, weight: 10 },
  { stars: 3, weight: 30 },
  { stars: 4, weight: 29 },
  { stars: 5, weight: 21 },
] as const;

/** Chosen so that outsourced satisfaction is to the centre's own as 75 to 90 (method). */
export const VENDOR_STARS = [
  { stars: 1, weight: 19 },
  { stars: 2, weight: 18 },
  { stars: 3, weight: 33 },
  { stars: 4, weight: 19 },
  { stars: 5, weight: 11 },
] as const;

/**
 * Contact reasons of a bank, with the share of the contacts, how many of them are of a kind that automation could
 * answer (method: 60% in all), the complexity and how complaints lean (method: logistics has 40% of them).
 */
export const TOPICS = [
  { topic: 'balance', stage: 'after-sales', weight: 20, repetitive: 0.85, complexity: 'low' },
  { topic: 'statement', stage: 'after-sales', weight: 14, repetitive: 0.8, complexity: 'low' },
  { topic: 'card-delivery', stage: 'logistics', weight: 20, repetitive: 0.75, complexity: 'medium' },
  { topic: 'account-opening', stage: 'order', weight: 15, repetitive: 0.6, complexity: 'medium' },
  { topic: 'product-advice', stage: 'pre-sales', weight: 13, repetitive: 0.45, complexity: 'medium' },
  { topic: 'transfer', stage: 'order', weight: 8, repetitive: 0.3, complexity: 'medium' },
  { topic: 'fraud', stage: 'after-sales', weight: 6, repetitive: 0.05, complexity: 'high' },
  { topic: 'loan-hardship', stage: 'after-sales', weight: 4, repetitive: 0.05, complexity: 'high' },
] as const;

/** Method: logistics has 40% of the complaints; with 20% of the contacts that is twice the mean there. */
export const COMPLAINT_BY_STAGE: Readonly<Record<string, number>> = { logistics: 2 };
/** What the other stages are left with, so that the mean stays. */
export const COMPLAINT_OTHER_STAGES = 0.75;

/** Chosen: customer tiers by share. */
export const TIERS = [
  { tier: 'standard', weight: 80 },
  { tier: 'silver', weight: 15 },
  { tier: 'high-value', weight: 5 },
] as const;

/** Chosen: how many customers there are; each is a pseudonym. */
export const CUSTOMERS = 50_000;

/**
 * Chosen: shifts of three lengths and how busy those on them are. A third of the agents hold half of the handle time; the
 * recorded skew (top 5 of 31 hold 36% of talk) is stronger, for it counts people who worked a few days of the half month.
 */
export const SHIFT_KINDS = [
  { hours: 12, occupancy: 0.92 },
  { hours: 10, occupancy: 0.86 },
  { hours: 6, occupancy: 0.68 },
] as const;

/** Chosen: local hours at which shifts start, so that staff follows the demand with a floor at night. */
export const SHIFT_STARTS: readonly number[] = [
  6, 7, 8, 8, 9, 9, 9, 10, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22,
];

/** Chosen: paid time off the phone. Training on one day in seven, a team meeting on one in five. */
export const PAUSES = {
  breakEveryMs: 2 * 3_600_000,
  breakMs: 10 * 60_000,
  mealAfterMs: 5 * 3_600_000,
  mealMs: 40 * 60_000,
  trainingEveryDays: 7,
  trainingMs: 60 * 60_000,
  meetingEveryDays: 5,
  meetingMs: 20 * 60_000,
} as const;

/** Chosen: how much slower or faster one agent is than another (sigma of a lognormal around 1). */
export const PACE_SIGMA = 0.12;

/** Chosen: what a promotion gives away with a contact; a direct marketing cost. */
export const GIFT = { dimension: 'marketing', subcategory: 'gift', amount: '25.00' } as const;

/** A line that comes every month. */
export interface MonthlyLine {
  readonly slug: string;
  /** Slug of the line that this one corrects. */
  readonly corrects?: string;
  readonly supplier: string;
  readonly dimension: 'labour' | 'system' | 'marketing' | 'outsourcing' | 'training';
  readonly bookedAs?: 'labour';
  readonly promotion?: boolean;
  readonly subcategory: string;
  readonly description: string;
  /** A month, in the organisation's currency. */
  readonly amount: string;
  readonly system?: string;
  readonly vendorId?: string;
  readonly allocate?: {
    to: 'channel' | 'vendor' | 'team';
    id?: string;
    by?: 'handle-seconds';
  };
}

/**
 * Method: system costs are licences 40, hardware maintenance 35, support 25 of 100; marketing is 10% of service cost, part
 * of it booked as labour by mistake; training costs 2M a year. Chosen: their size against the labour of sixty agents.
 */
export const MONTHLY_LINES: readonly MonthlyLine[] = [
  {
    slug: 'licence',
    supplier: 'Cloudline Software',
    dimension: 'system',
    subcategory: 'licence',
    description: 'Contact centre platform, seats of the month',
    amount: '112000.00',
    system: 'contact-centre-platform',
  },
  {
    slug: 'licence-corrected',
    corrects: 'licence',
    supplier: 'Cloudline Software',
    dimension: 'system',
    subcategory: 'licence',
    description: 'Contact centre platform, seats of the month, counted again',
    amount: '120000.00',
    system: 'contact-centre-platform',
  },
  {
    slug: 'hardware',
    supplier: 'Ironside Systems',
    dimension: 'system',
    subcategory: 'hardware',
    description: 'Maintenance of headsets, switches and servers',
    amount: '105000.00',
    allocate: { to: 'team', by: 'handle-seconds' },
  },
  {
    slug: 'support',
    supplier: 'Ironside Systems',
    dimension: 'system',
    subcategory: 'support',
    description: 'Technical support contract',
    amount: '75000.00',
  },
  {
    slug: 'trunk',
    supplier: 'Eastern Telecom',
    dimension: 'system',
    subcategory: 'telephony',
    description: 'Voice trunk, monthly fee',
    amount: '36000.00',
    allocate: { to: 'channel', id: 'voice' },
  },
  {
    slug: 'campaign',
    supplier: 'Redbird Marketing',
    dimension: 'marketing',
    subcategory: 'campaign',
    description: 'Service campaign of the month',
    amount: '190000.00',
  },
  {
    slug: 'holiday-staffing',
    supplier: 'Redbird Marketing',
    dimension: 'marketing',
    bookedAs: 'labour',
    promotion: true,
    subcategory: 'promotion-staffing',
    description: 'Promotion staffing, booked as labour by mistake',
    amount: '60000.00',
  },
  {
    slug: 'training',
    supplier: 'Academy North',
    dimension: 'training',
    subcategory: 'skills',
    description: 'Skills training programme (2M a year)',
    amount: '166666.67',
  },
];

/** Chosen: a day's staffing allowance of a promotion; the accounts put it under labour (method: booked as service cost). */
export const PROMOTION_COST = {
  supplier: 'Redbird Marketing',
  dimension: 'marketing',
  bookedAs: 'labour',
  promotion: true,
  subcategory: 'promotion-staffing',
  description: 'Staffing allowance of a promotion day',
  amount: '80000.00',
} as const;

/** Chosen: what each vendor is paid a month before any contact. */
export const VENDOR_RETAINER = '45000.00';

/** Method: service cost is 8% of revenue in the example; chosen so that the simulated centre's cost comes near it. */
export const MONTHLY_REVENUE = '60000000.00';
