/**
 * What a process knows of its own health. `live` false: it is beyond repair and wants to be restarted. `ready` false:
 * do not count on its answers yet (starting, restoring, catching up). `details` say why, for people; no secrets.
 */
export interface Health {
  readonly ready: boolean;
  readonly live: boolean;
  readonly details: Record<string, unknown>;
}

/** Asked on each request, so it must be cheap: report what is known, do not go and look. */
export type HealthCheck = () => Health;

/** Which question a health endpoint answers. */
export type HealthQuestion = 'live' | 'ready';

/** An endpoint's answer: 200 when the question is answered with yes, else 503; the body gives the reasons. */
export interface HealthAnswer {
  readonly statusCode: 200 | 503;
  readonly body: { readonly status: 'ok' | 'failing'; readonly details: Record<string, unknown> };
}

/** Puts a question to a check; a check that throws is itself a reason for no. */
export function answerHealth(check: HealthCheck, question: HealthQuestion): HealthAnswer {
  let health: Health;
  try {
    health = check();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    health = { live: false, ready: false, details: { healthCheck: `failed: ${reason}` } };
  }
  // A process that must be restarted is not ready either, whatever its check says.
  const healthy = question === 'live' ? health.live : health.live && health.ready;
  return {
    statusCode: healthy ? 200 : 503,
    body: { status: healthy ? 'ok' : 'failing', details: health.details },
  };
}
