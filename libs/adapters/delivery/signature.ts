import { createHmac } from 'node:crypto';
import { signedContent, type WebhookMessage } from '#libs/application';

/** The bytes of a secret: of one that begins with `whsec_`, as the specification writes them, what its base64 stands for. */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
}

/** The headers of a webhook as the Standard Webhooks specification has them: id, time of the attempt, HMAC-SHA256. */
export function signedHeaders(
  message: WebhookMessage,
  { secret, nowMs }: { readonly secret: string; readonly nowMs: number },
): Record<string, string> {
  const timestamp = Math.floor(nowMs / 1000);
  const signature = createHmac('sha256', keyOf(secret)).update(signedContent(message, timestamp)).digest('base64');
  return { 'webhook-id': message.id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}
