// Generated from schemas/*.json by `npm run generate`; do not edit.

/**
 * One finished handling of a customer contact by one agent, vendor or bot. Event time: endedAt. Kafka key: agentId, else vendorId, else botId.
 */
export interface Interaction {
/**
 * this handling (leg); unique
 */
interactionId: string
/**
 * the whole contact, where it has several legs (transfer, escalation, bot to agent)
 */
contactId?: string
channel: string
handledBy: ("agent" | "bot" | "vendor")
agentId?: string
vendorId?: string
botId?: string
team?: string
queue?: string
region?: string
/**
 * contact reason
 */
topic?: string
/**
 * value-chain stage: pre-sales, order, logistics, after-sales, ...
 */
stage?: string
complexity?: ("low" | "medium" | "high")
customerTier?: string
/**
 * already pseudonymous; never a name or number
 */
customerId?: string
direction?: ("inbound" | "outbound")
/**
 * RFC 3339 date-time with offset, or integer epoch milliseconds
 */
startedAt: (string | number)
/**
 * RFC 3339 date-time with offset, or integer epoch milliseconds
 */
answeredAt?: (string | number)
/**
 * RFC 3339 date-time with offset, or integer epoch milliseconds
 */
endedAt: (string | number)
talkSeconds?: number
holdSeconds?: number
afterContactSeconds?: number
outcome: ("resolved" | "unresolved" | "escalated" | "transferred" | "abandoned")
overtime?: boolean
/**
 * the question is of a kind that automation could answer
 */
repetitive?: boolean
repeatOf?: string
initiative?: string
/**
 * metered usage priced by the rate card: llm-input-tokens, telephony-minutes, sms-segments, ...
 */
units?: {
[k: string]: number
}
/**
 * direct costs already known upstream
 */
charges?: {
dimension: ("labour" | "system" | "marketing" | "outsourcing" | "training")
subcategory?: string
/**
 * decimal string, at most 6 fraction digits
 */
amount: string
/**
 * ISO 4217
 */
currency: string
}[]
/**
 * when the source last changed this record; the newest copy of an interactionId replaces the older ones
 */
updatedAt?: (string | number)
}

/**
 * An agent enters a state; it lasts until the agent's next one. Event time: at. Kafka key: agentId.
 */
export interface AgentState {
agentId: string
team?: string
region?: string
state: ("available" | "handling" | "after-contact" | "break" | "training" | "meeting" | "offline")
/**
 * false: outside the scheduled shift, so overtime
 */
scheduled?: boolean
/**
 * RFC 3339 date-time with offset, or integer epoch milliseconds
 */
at: (string | number)
}

/**
 * What a customer or a quality check said of a contact, later. Event time: at. Kafka key as the interaction's.
 */
export interface Feedback {
feedbackId: string
interactionId?: string
kind: ("csat" | "complaint" | "quality-error")
/**
 * csat only: 0-100
 */
score?: number
agentId?: string
vendorId?: string
botId?: string
channel?: string
topic?: string
stage?: string
/**
 * RFC 3339 date-time with offset, or integer epoch milliseconds
 */
at: (string | number)
}

/**
 * One line of an invoice, payroll run or usage bill. It accrues evenly over [periodStart, periodEnd); without a period it falls at billedAt. Kafka key: lineId.
 */
export interface BillingLine {
lineId: string
invoiceId?: string
supplier?: string
dimension: ("labour" | "system" | "marketing" | "outsourcing" | "training")
subcategory?: string
/**
 * the dimension that the accounts put it under; absent: the same as dimension
 */
bookedAs?: ("labour" | "system" | "marketing" | "outsourcing" | "training")
promotion?: boolean
description?: string
/**
 * decimal string, at most 6 fraction digits
 */
amount: string
/**
 * ISO 4217
 */
currency: string
/**
 * RFC 3339 date-time with offset, or integer epoch milliseconds
 */
billedAt: (string | number)
/**
 * RFC 3339 date-time with offset, or integer epoch milliseconds
 */
periodStart?: (string | number)
/**
 * RFC 3339 date-time with offset, or integer epoch milliseconds
 */
periodEnd?: (string | number)
/**
 * id of the system in the inventory
 */
system?: string
vendorId?: string
initiative?: string
/**
 * lineId of a line that this one replaces whole
 */
correctionOf?: string
/**
 * to which scope the cost goes; absent: scope all only
 */
allocate?: {
to: ("agent" | "channel" | "team" | "region" | "vendor")
id?: string
/**
 * driver that shares it out when no id is given
 */
by?: ("handle-seconds" | "contacts" | "even" | "weights")
weights?: {
[k: string]: number
}
}
}

/**
 * Revenue of a period, for the cost share of revenue.
 */
export interface Revenue {
revenueId: string
amount: string
/**
 * ISO 4217
 */
currency: string
/**
 * RFC 3339 date-time with offset, or integer epoch milliseconds
 */
periodStart: (string | number)
/**
 * RFC 3339 date-time with offset, or integer epoch milliseconds
 */
periodEnd: (string | number)
/**
 * RFC 3339 date-time with offset, or integer epoch milliseconds
 */
billedAt?: (string | number)
}

/**
 * One costed fact, for downstream services. CloudEvents type spendline.cost.v1, subject the sourceId.
 */
export interface CostEvent {
/**
 * deterministic: the same source and revision always give the same id
 */
costEventId: string
source: ("interaction" | "agent-state" | "billing")
sourceId: string
revision: number
/**
 * RFC 3339, UTC, milliseconds
 */
occurredAt: string
agentId?: string
vendorId?: string
botId?: string
channel?: string
team?: string
queue?: string
region?: string
topic?: string
stage?: string
customerTier?: string
complexity?: ("low" | "medium" | "high")
outcome?: string
handleSeconds?: number
/**
 * decimal string, at most 6 fraction digits
 */
amount: string
/**
 * ISO 4217
 */
currency: string
breakdown: {
/**
 * decimal string, at most 6 fraction digits
 */
labour?: string
/**
 * decimal string, at most 6 fraction digits
 */
system?: string
/**
 * decimal string, at most 6 fraction digits
 */
marketing?: string
/**
 * decimal string, at most 6 fraction digits
 */
outsourcing?: string
/**
 * decimal string, at most 6 fraction digits
 */
training?: string
}
lines: {
dimension: ("labour" | "system" | "marketing" | "outsourcing" | "training")
subcategory?: string
/**
 * decimal string, at most 6 fraction digits
 */
amount: string
rateId?: string
quantity?: number
unit?: string
}[]
}

/**
 * A rolling (or calendar) window of one scope. CloudEvents type spendline.window.v1. Kafka key: scope:id:window.
 */
export interface CostWindow {
scope: ("all" | "agent" | "channel" | "team" | "queue" | "region" | "vendor" | "topic" | "stage" | "customer-tier")
id: string
window: string
/**
 * RFC 3339, UTC, milliseconds
 */
start: string
/**
 * RFC 3339, UTC, milliseconds
 */
end: string
/**
 * 0 when the watermark first passes end; +1 for each restatement by late data inside the grace
 */
revision: number
/**
 * ISO 4217
 */
currency: string
/**
 * decimal string, at most 6 fraction digits
 */
amount: string
breakdown: {
/**
 * decimal string, at most 6 fraction digits
 */
labour?: string
/**
 * decimal string, at most 6 fraction digits
 */
system?: string
/**
 * decimal string, at most 6 fraction digits
 */
marketing?: string
/**
 * decimal string, at most 6 fraction digits
 */
outsourcing?: string
/**
 * decimal string, at most 6 fraction digits
 */
training?: string
}
interactions: number
handledByAgents: number
automated: number
resolved: number
handleSeconds: number
complaints?: number
csatSum?: number
csatCount?: number
/**
 * decimal string, at most 6 fraction digits
 */
overtimeAmount?: string
repetitiveByAgents?: number
errors?: number
}

/**
 * An overspend or risk signal. CloudEvents type spendline.signal.v1. Kafka key: signalKey.
 */
export interface Signal {
/**
 * rule + scope + id: the deduplication key
 */
signalKey: string
/**
 * one firing from open to resolved
 */
episodeId: string
sequence: number
status: ("firing" | "resolved")
severity: ("info" | "warning" | "critical")
rule: {
id: string
kind: ("budget-threshold" | "budget-forecast" | "burn-rate" | "unapproved-spend" | "unit-cost" | "anomaly" | "misallocation" | "over-automation" | "vendor-quality" | "integration-cost" | "promotion-overspend" | "blind-cut" | "cost-share")
version?: number
}
scope: string
id: string
window?: string
/**
 * RFC 3339, UTC, milliseconds
 */
startedAt: string
/**
 * RFC 3339, UTC, milliseconds
 */
observedAt: string
/**
 * RFC 3339, UTC, milliseconds
 */
resolvedAt?: string
observed: number
threshold: number
unit?: string
/**
 * ISO 4217
 */
currency?: string
summary: string
contributors?: {
scope: string
id: string
/**
 * decimal string, at most 6 fraction digits
 */
amount: string
share: number
}[]
/**
 * observed minus expected cost, split; the four parts add up to total
 */
variance?: {
/**
 * decimal string, at most 6 fraction digits
 */
total?: string
/**
 * decimal string, at most 6 fraction digits
 */
volume?: string
/**
 * decimal string, at most 6 fraction digits
 */
efficiency?: string
/**
 * decimal string, at most 6 fraction digits
 */
rate?: string
/**
 * decimal string, at most 6 fraction digits
 */
mix?: string
}
/**
 * what moved the state: a resolve by correction says so
 */
cause: ("usage" | "late" | "correction" | "plan-change" | "expiry" | "clock")
previousSeverity?: ("none" | "info" | "warning" | "critical")
/**
 * input that the observed value rests on
 */
evidence?: {
watermark?: string
inputs?: {
topic: string
partition: number
fromOffset?: string
toOffset: string
}[]
}
runbook?: string
}
