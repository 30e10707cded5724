import type { Signal } from '#libs/contract';
import { BUDGET_SCOPES } from '#libs/domain';
import { z } from 'zod';
import { parseDurationText, scalar } from '../reference/scalars.js';
import { parseYaml, type FileFault } from '../reference/yaml-document.js';
import { issueMessage } from '../replay/issue-message.js';

type Severity = Signal['severity'];

interface ReceiverBase {
  /** Names it in routes, metrics, logs and Kafka's consumer groups. */
  readonly name: string;
  /** May hold a secret: never logged. */
  readonly url: string;
  /** Plain http is refused otherwise. */
  readonly allowHttp: boolean;
  /** Networks (CIDR) that are allowed although they are private, loopback or link-local. */
  readonly allowNetworks: readonly string[];
  /** An attempt without an answer within this counts as failed. */
  readonly timeoutMs: number;
  /** A message that was tried for this long becomes a dead letter. */
  readonly giveUpAfterMs: number;
}

/** An Alertmanager, API v2. `url` is its address without `/api/v2/alerts`. */
export interface AlertmanagerReceiver extends ReceiverBase {
  readonly kind: 'alertmanager';
  /** Put on every alert, for its routes. */
  readonly labels: Readonly<Record<string, string>>;
}

/** PagerDuty, Events API v2. */
export interface PagerDutyReceiver extends ReceiverBase {
  readonly kind: 'pagerduty';
  /** Integration key; a secret. */
  readonly routingKey: string;
  readonly severities: Readonly<Record<Severity, 'critical' | 'error' | 'warning' | 'info'>>;
}

/** Anything that takes a signed POST. */
export interface WebhookReceiver extends ReceiverBase {
  readonly kind: 'webhook';
  /** Key of the signature. */
  readonly secret: string;
}

/** Somewhere that signals are sent to, its secrets in place. */
export type Receiver = AlertmanagerReceiver | PagerDutyReceiver | WebhookReceiver;

/** Sends what matches all of its conditions to its receivers; a condition that is absent matches everything. */
export interface Route {
  readonly receivers: readonly string[];
  readonly severity?: readonly Severity[] | undefined;
  /** `channel` means all channels, `channel:voice` one. */
  readonly scope?: readonly string[] | undefined;
  /** Kinds of rules, or ids of rules. */
  readonly rule?: readonly string[] | undefined;
}

/** What a receivers file says. */
export interface DeliveryPlan {
  /** Address of the console, for links; without a slash at the end. */
  readonly console: string;
  readonly receivers: readonly Receiver[];
  readonly routes: readonly Route[];
}

/** Where a secret stands: in a file, or in a variable of the environment. */
export type SecretReference = { readonly file: string } | { readonly env: string };

/** Fetches a secret; throws RangeError, with a text for the user that does not repeat the secret. */
export type SecretReader = (reference: SecretReference) => string;

/** A plan, or everything that is wrong with the file. */
export type PlanResult =
  { readonly ok: true; readonly plan: DeliveryPlan } | { readonly ok: false; readonly faults: readonly FileFault[] };

const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';
const LEAST_SECRET_LENGTH = 16;

/** Reads a receivers file (`deploy/delivery/receivers.yaml` shows all of it). Never throws for what it holds. */
export function readReceivers(text: string, readSecret: SecretReader): PlanResult {
  const { document, faults } = parseYaml(text);
  if (faults.length > 0) return { ok: false, faults };
  const result = planSchema(readSecret).safeParse(document.value ?? {}, { error: issueMessage });
  if (result.success) return { ok: true, plan: result.data };
  return {
    ok: false,
    faults: result.error.issues.map(({ path, message }) =>
      document.fault(
        path.map((step) => (typeof step === 'symbol' ? step.toString() : step)),
        message,
      ),
    ),
  };
}

function planSchema(readSecret: SecretReader) {
  return z
    .strictObject({
      console: httpUrl.default('http://127.0.0.1:3000'),
      receivers: z.array(receiverSchema(readSecret)).min(1, 'must name at least one receiver'),
      routes: z.array(ROUTE).min(1, 'must hold at least one route, else nothing is ever sent'),
    })
    .superRefine(({ receivers, routes }, context) => {
      const names = receivers.map(({ name }) => name);
      receivers.forEach(({ name }, index) => {
        if (names.indexOf(name) === index) return;
        context.addIssue({ code: 'custom', path: ['receivers', index, 'name'], message: `is taken already: ${name}` });
      });
      routes.forEach(({ receivers: targets }, index) => {
        for (const target of targets.filter((name) => !names.includes(name))) {
          const message = `names ${target}, which is none of the receivers: ${names.join(', ')}`;
          context.addIssue({ code: 'custom', path: ['routes', index, 'receivers'], message });
        }
      });
    });
}

const httpUrl = z
  .string()
  .refine((text) => /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''), 'must be an http or https URL')
  .transform((text) => text.replace(/\/+$/, ''));

function receiverSchema(readSecret: SecretReader) {
  const secret = secretSchema(readSecret);
  const common = {
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/, 'must be lower-case letters, digits and dashes'),
    allowHttp: z.boolean().default(false),
    allowNetworks: z.array(z.string().regex(CIDR, 'must be a network such as 10.2.0.0/16 or fd00::/8')).default([]),
    timeout: between(1_000, 5_000).default(5_000),
    giveUpAfter: between(60_000, 7 * 86_400_000).default(3_600_000),
  };
  const url = z.union([httpUrl, secret.pipe(httpUrl)], {
    error: 'must be an http or https URL, or say { file: /path } or { env: NAME }',
  });
  return z
    .discriminatedUnion(
      'kind',
      [
        z.strictObject({ kind: z.literal('alertmanager'), ...common, url, labels: LABELS.default({}) }),
        z.strictObject({
          kind: z.literal('pagerduty'),
          ...common,
          url: url.default(PAGERDUTY_URL),
          routingKey: secret,
          severities: SEVERITIES.prefault({}),
        }),
        z.strictObject({
          kind: z.literal('webhook'),
          ...common,
          url,
          secret: secret.refine((key) => key.length >= LEAST_SECRET_LENGTH, 'is shorter than 16 characters'),
        }),
      ],
      { error: 'must be alertmanager, pagerduty or webhook' },
    )
    .superRefine((receiver, context) => {
      if (receiver.url.startsWith('https:') || receiver.allowHttp) return;
      context.addIssue({ code: 'custom', path: ['url'], message: 'must be https; allowHttp: true permits plain http' });
    })
    .transform(({ timeout, giveUpAfter, ...receiver }): Receiver => ({
      ...receiver,
      timeoutMs: timeout,
      giveUpAfterMs: giveUpAfter,
    }));
}

/** Only references: a secret that stands in the file itself would be committed with it one day. */
function secretSchema(readSecret: SecretReader) {
  const reference = z.union([z.strictObject({ file: z.string().min(1) }), z.strictObject({ env: z.string().min(1) })], {
    error: 'must say { file: /path } or { env: NAME }, not the secret itself',
  });
  return reference.transform((value, context) => {
    try {
      return readSecret(value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      context.addIssue(error.message);
      return z.NEVER;
    }
  });
}

function between(leastMs: number, mostMs: number): z.ZodType<number> {
  return scalar((value) => {
    const ms = parseDurationText(value);
    if (ms < leastMs || ms > mostMs) throw new RangeError(`must be from ${leastMs / 1000}s to ${mostMs / 1000}s`);
    return ms;
  });
}

const CIDR = /^[0-9a-fA-F.:]+\/\d{1,3}$/;
const SEVERITY = z.enum(['critical', 'warning', 'info'], { error: 'must be critical, warning or info' });
const PAGERDUTY_SEVERITY = z.enum(['critical', 'error', 'warning', 'info'], {
  error: "must be one of PagerDuty's: critical, error, warning, info",
});
const SEVERITIES = z.strictObject({
  critical: PAGERDUTY_SEVERITY.default('critical'),
  warning: PAGERDUTY_SEVERITY.default('warning'),
  info: PAGERDUTY_SEVERITY.default('info'),
});
const LABELS = z.record(z.string().regex(/^[a-zA-Z_]\w*$/, 'is no label name'), z.string());

/** `channel`, or `channel:voice`. */
const SCOPE = z
  .string()
  .regex(new RegExp(`^(${BUDGET_SCOPES.join('|')})(:.+)?$`), 'is no scope such as channel or channel:voice');
const ROUTE = z.strictObject({
  receivers: z.array(z.string()).min(1, 'must name at least one receiver'),
  severity: z.array(SEVERITY).min(1).optional(),
  scope: z.array(SCOPE).min(1).optional(),
  rule: z.array(z.string().min(1)).min(1).optional(),
});
