/** Signatures of webhooks, as Standard Webhooks describes them. @source https://www.standardwebhooks.com */
import { createHmac } from 'node:crypto';
import type { RandomBytes } from '../../ports/clock.ts';

const prefix = 'whsec_';
const secretBytes = 32;

/** A new secret: `whsec_` and base64. */
export function makeWebhookSecret(randomBytes: RandomBytes): string {
  return prefix + Buffer.from(randomBytes(secretBytes)).toString('base64');
}

/** What is signed, and with what. */
export interface Signing {
  id: string;
  /** epoch seconds */
  timestamp: number;
  body: string;
  /** one signature is made with each, so that a receiver can change over */
  secrets: readonly string[];
}

/** The three headers by which a receiver tells who sent the body, and when. */
export function webhookHeaders({ id, timestamp, body, secrets }: Signing): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(prefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}
