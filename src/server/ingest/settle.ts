/** Waits until what is durable in the spool has reached the warehouse. */
import type { Clock } from '../ports/clock.ts';
import type { Spool } from '../ports/spool.ts';

/** How often the spool is looked at while waiting, ms. */
const lookEveryMs = 25;

/** True once every event that was acknowledged before the call is in the warehouse; false if that takes longer than `timeoutMs`. */
export async function settleSpool(spool: Pick<Spool, 'seal' | 'pendingTallies'>, clock: Clock, timeoutMs: number): Promise<boolean> {
  const giveUpAt = clock.now() + timeoutMs;
  await spool.seal();
  const awaited = new Set(spool.pendingTallies().map(({ segmentId }) => segmentId));
  while (awaited.size > 0) {
    const left = new Set(spool.pendingTallies().map(({ segmentId }) => segmentId));
    for (const segmentId of awaited) if (!left.has(segmentId)) awaited.delete(segmentId);
    if (awaited.size === 0) break;
    if (clock.now() >= giveUpAt) return false;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return true;
}
