/** Carries what is due: each delivery by one node at a time, tried again with growing pauses, given up after the last try. */
import type { Catalog } from '../catalog/schema.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { disableChannel } from './channels.ts';
import { claimDeliveries, endAttempt, releaseDelivery, type Attempt, type ClaimedDelivery } from './deliveries.ts';
import type { Outcome, Parcel } from './notification.ts';
import { mostAttempts, retryDelayMs } from './retry.ts';

/** How one try ended, and what the other side wants. */
export interface CarryOutcome extends Outcome {
  /** how long it wants to be left alone, ms */
  askedMs?: number;
  /** it says that it is gone for good: the channel is switched off */
  isGone?: boolean;
  /** nobody needs to be told that it was given up */
  isQuiet?: boolean;
}

/** What the postman works with. */
export interface PostmanParts {
  catalog: Catalog;
  clock: Clock;
  /** 0 <= n < 1, for the jitter of retries */
  random: () => number;
  log: Log;
  /** names this process in leases; unique among the nodes */
  owner: string;
  /** default 5,000: how often the catalog is asked for what is due */
  pollMs?: number;
  /** default 120,000; longer than one try takes and clocks of the nodes differ */
  leaseMs?: number;
  /** One try. Rejects only for what is our own fault. */
  carry(parcel: Parcel, signal: AbortSignal): Promise<CarryOutcome>;
  /** tells that a delivery was given up */
  onDead(parcel: Parcel, outcome: CarryOutcome): Promise<void>;
}

/** The postman of this node. */
export interface Postman {
  /** Tries everything that is due now; answers how many tries there were. */
  deliverDue(): Promise<number>;
  /** Begins to look for what is due, again and again. */
  start(): void;
  /** Looks now instead of later. */
  wake(): void;
  /** Claims nothing more and ends the calls under way, which are made again later; mails under way are waited for, at most `graceMs` (default 10,000). */
  stop(graceMs?: number): Promise<void>;
}

const atOnce = 16;
const atOncePerChannel = 4;

/** A postman, not yet started. */
export function createPostman(parts: PostmanParts): Postman {
  const { catalog, clock, log, owner, pollMs = 5_000, leaseMs = 120_000 } = parts;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | null = null;
  let filling: Promise<unknown> = Promise.resolve();
  let isFillWaiting = false;

  const claimMore = async (): Promise<number> => {
    isFillWaiting = false;
    const limit = atOnce - running.size;
    if (limit <= 0 || stopping.signal.aborted) return 0;
    const claim = { owner, nowMs: clock.now(), leaseMs, limit, limitPerChannel: atOncePerChannel };
    const claimed = await claimDeliveries(catalog.db, claim);
    for (const delivery of claimed) {
      const run = tryOnce(parts, delivery, stopping.signal).finally(() => {
        running.delete(run);
        wake();
      });
      running.add(run);
    }
    return claimed.length;
  };
  /** One claim after another, so that no more run than may. */
  const fill = (): Promise<number> => {
    const filled = filling.then(claimMore);
    filling = filled.catch(() => undefined);
    return filled;
  };
  const wake = (): void => {
    if (timer === null) return;
    clearTimeout(timer);
    timer = setTimeout(wake, pollMs);
    if (isFillWaiting) return;
    isFillWaiting = true;
    fill().catch((error: unknown) => log.warn({ err: error }, 'could not ask the catalog for deliveries'));
  };
  return {
    wake,
    deliverDue: async () => {
      let tries = 0;
      for (;;) {
        const claimed = await fill();
        if (claimed === 0 && running.size === 0) return tries;
        tries += claimed;
        await Promise.race(running);
      }
    },
    start: () => {
      timer ??= setTimeout(wake, 0);
    },
    stop: async (graceMs = 10_000) => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      stopping.abort(new Error('The server is stopping.'));
      await filling;
      await endedOrLate(Promise.all(running), graceMs);
    },
  };
}

async function tryOnce(parts: PostmanParts, delivery: ClaimedDelivery, stopping: AbortSignal): Promise<void> {
  const { catalog, clock, log, owner } = parts;
  const attempt: Attempt = { deliveryId: delivery.deliveryId, attempt: delivery.attempt, owner };
  try {
    const atMs = clock.now();
    const outcome = await carry(parts, delivery, stopping);
    if (outcome === null) await releaseDelivery(catalog.db, attempt);
    else await note(parts, delivery, attempt, outcome, atMs);
  } catch (error) {
    log.error(
      { err: error, delivery: delivery.deliveryId },
      'could not note how a delivery ended; it is tried again when its lease is over',
    );
  }
}

/** How the try ended; null when it was cut off because the server stops. */
async function carry({ carry: send, log }: PostmanParts, delivery: ClaimedDelivery, stopping: AbortSignal): Promise<CarryOutcome | null> {
  if (!delivery.channel.isEnabled) return { outcome: 'refused', status: null, reply: 'The channel is switched off.', isQuiet: true };
  try {
    stopping.throwIfAborted();
    return await send(delivery, stopping);
  } catch (error) {
    if (stopping.aborted) return null;
    log.error({ err: error, delivery: delivery.deliveryId }, 'a delivery failed for a reason of our own');
    return { outcome: 'failed', status: null, reply: 'Something went wrong on our side; it was logged.' };
  }
}

async function note(
  { catalog, clock, random, onDead }: PostmanParts,
  delivery: ClaimedDelivery,
  attempt: Attempt,
  carried: CarryOutcome,
  atMs: number,
): Promise<void> {
  const nowMs = clock.now();
  const { outcome, status, reply, askedMs = 0, isGone = false, isQuiet = false } = carried;
  const receipt = { attempt: attempt.attempt, atMs, durationMs: nowMs - atMs, outcome, status, reply };
  const isDead = outcome === 'refused' || (outcome === 'failed' && attempt.attempt >= mostAttempts);
  const next =
    outcome === 'delivered' || isDead
      ? { state: isDead ? ('dead' as const) : ('delivered' as const), finishedMs: nowMs }
      : { state: 'waiting' as const, dueMs: nowMs + retryDelayMs(attempt.attempt, random, askedMs) };
  const isOurs = await endAttempt(catalog.db, attempt, receipt, next);
  if (!isOurs || !isDead) return;
  if (isGone) await disableChannel(catalog.db, delivery.channel.id, nowMs);
  if (!isQuiet) await onDead(delivery, carried);
}

async function endedOrLate(work: Promise<unknown>, graceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
