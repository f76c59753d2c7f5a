/** Carries a notification to an endpoint: one signed POST. */
import { plainText } from '../../../shared/format/plain-text.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { Outbound } from '../../ports/outbound.ts';
import type { Outcome, Parcel } from '../notification.ts';
import { retryAfterMs } from '../retry.ts';
import { webhookHeaders } from './signature.ts';

/** What one POST needs. */
export interface WebhookCall {
  outbound: Outbound;
  parcel: Parcel;
  url: string;
  /** the newest first */
  secrets: readonly string[];
  /** the link of the notification as a whole address, or null */
  link: string | null;
  nowMs: number;
  signal?: AbortSignal;
}

/** How the endpoint took it. */
export interface WebhookOutcome extends Outcome {
  /** how long it wants to be left alone, ms */
  askedMs: number;
  /** it says that it is gone for good */
  isGone: boolean;
}

const timeoutMs = 15_000;
const mostReplyBytes = 2_000;
const mostReply = 500;

/** How one POST ended. Any 2xx counts as delivered; a redirect does not, for it would lead past what somebody typed and signed for. */
export async function carryByWebhook(call: WebhookCall): Promise<WebhookOutcome> {
  const { outbound, parcel, url, secrets, nowMs, signal } = call;
  const body = JSON.stringify(payloadOf(call));
  const signed = webhookHeaders({ id: parcel.deliveryId, timestamp: Math.floor(nowMs / 1_000), body, secrets });
  const headers = { 'content-type': 'application/json', ...signed };
  try {
    const answer = await outbound.send({
      url,
      method: 'POST',
      headers,
      body,
      timeoutMs,
      maxBytes: mostReplyBytes,
      ...(signal === undefined ? {} : { signal }),
    });
    const { status } = answer;
    const text = plainText(new TextDecoder().decode(answer.body), mostReply);
    const isDelivered = status >= 200 && status < 300;
    return {
      outcome: isDelivered ? 'delivered' : status === 410 ? 'refused' : 'failed',
      status,
      reply: isDelivered || text !== '' ? text : `The endpoint answered ${status}.`,
      askedMs: status === 429 || status === 503 ? retryAfterMs(answer.headers['retry-after'], nowMs) : 0,
      isGone: status === 410,
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const outcome = error.isRetryable ? 'failed' : 'refused';
    return { outcome, status: null, reply: error.message, askedMs: 0, isGone: false };
  }
}

function payloadOf({ parcel: { notification }, link }: WebhookCall): object {
  const { id, workspaceId, severity, title, body, about, createdMs } = notification;
  return {
    type: 'notification',
    timestamp: new Date(createdMs).toISOString(),
    data: { id, workspaceId, severity, title, body, link, about },
  };
}
