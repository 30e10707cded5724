/** What the server says when it cannot do what was asked (RFC 9457). */
interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly faults?: readonly { readonly path: string; readonly message: string }[];
}

/** A request that was refused; the message is for people. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    { title = `Status ${String(status)}`, detail, faults = [] }: Problem,
  ) {
    super([title, detail, ...faults.map(({ path, message }) => `${path} ${message}`)].filter(Boolean).join('. '));
  }
}

/** How to ask. */
export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly body?: unknown;
  readonly token: string | null;
  /** Version that a decision is made on. */
  readonly version?: { readonly number: number; readonly revision: number };
}

/** Asks the API. Rejects with a {@link Refusal}; a changing request is carried out once, also when the line breaks. */
export async function ask<Answer>(path: string, { method = 'GET', body, token, version }: Ask): Promise<Answer> {
  const headers: Record<string, string> = {};
  if (token !== null) headers['Authorization'] = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET') headers['Idempotency-Key'] = crypto.randomUUID();
  if (version) headers['If-Match'] = `"${String(version.number)}.${String(version.revision)}"`;
  const response = await fetch(`/api/v1/${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, answer as Problem);
  return answer as Answer;
}
