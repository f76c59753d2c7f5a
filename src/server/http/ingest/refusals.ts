/** Tells of refused ingest calls: the first of a kind at once, the rest of its minute as one, so that a library gone wrong floods nothing. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ingestContract } from '../../../shared/contract/ingest.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { Principal } from '../../identity/principal.ts';
import { addressGroup } from '../../limits/address-group.ts';
import type { Clock } from '../../ports/clock.ts';

/** Refused calls of one kind: from one group of addresses, to one operation, with one code. */
export interface RefusedIngest {
  operation: string;
  problem: Problem;
  /** null: the key stands for nobody who may send */
  principal: Principal | null;
  /** of the first of them */
  address: string;
  userAgent: string;
  /** how many there were */
  times: number;
  /** the time that they came in; 0: it is the first, told at once */
  seconds: number;
}

/** Hears of refused calls; what it throws is its own affair. */
export type IngestRefusalListener = (refused: RefusedIngest) => void;

/** Refusals of the last minute. */
export interface RefusalTally {
  /** Counts one, and tells of it if it is the first of its kind in its minute. */
  add(refused: Omit<RefusedIngest, 'times' | 'seconds'>): void;
  /** Tells what was counted in minutes that have ended; with `isAll` also in those that have not. */
  settle(isAll: boolean): void;
}

const minuteMs = 60_000;
/** Kinds that are told of one by one in a minute; what comes beyond counts as one more kind, from many addresses. */
const mostKinds = 1_000;
const manyAddresses = 'many addresses';

interface Counted {
  first: Omit<RefusedIngest, 'times' | 'seconds'>;
  sinceMs: number;
  /** that were not told at once */
  more: number;
}

/** A tally of `clock`'s minutes. */
export function createRefusalTally(clock: Clock, tell: IngestRefusalListener, capacity = mostKinds): RefusalTally {
  const counts = new Map<string, Counted>();
  const tellRest = ({ first, sinceMs, more }: Counted): void => {
    if (more > 0) tell({ ...first, times: more, seconds: Math.max(1, Math.round(Math.min(clock.now() - sinceMs, minuteMs) / 1_000)) });
  };
  const keyOf = ({ operation, problem, principal, address }: Counted['first']): string =>
    JSON.stringify([addressGroup(address), operation, problem.code, principal?.id]);

  return {
    add: (refused) => {
      const known = keyOf(refused);
      const isCrowd = counts.size >= capacity && !counts.has(known);
      const first = isCrowd ? { ...refused, address: manyAddresses, principal: null, userAgent: '' } : refused;
      const key = isCrowd ? JSON.stringify([manyAddresses, refused.operation, refused.problem.code]) : known;
      const counted = counts.get(key);
      const isOver = counted !== undefined && clock.now() - counted.sinceMs >= minuteMs;
      if (isOver) tellRest(counted);
      if (counted !== undefined && !isOver) {
        counted.more++;
        return;
      }
      counts.set(key, { first, sinceMs: clock.now(), more: 0 });
      tell({ ...first, times: 1, seconds: 0 });
    },
    settle: (isAll) => {
      for (const [key, counted] of counts) {
        if (!isAll && clock.now() - counted.sinceMs < minuteMs) continue;
        counts.delete(key);
        tellRest(counted);
      }
    },
  };
}

/** How often minutes that have ended are told of, ms. */
const settleEveryMs = 5_000;
const operations = new Map(ingestContract.map(({ path, operation }) => [path, operation]));

/**
 * Tells `tell` of every call of `scope` that is refused for its key. Only refused calls pay for it: nothing runs where all is
 * well. When the server closes, what was counted is told.
 */
export function installRefusals(
  scope: FastifyInstance,
  { clock, tell, principalOf }: { clock: Clock; tell: IngestRefusalListener; principalOf: (request: FastifyRequest) => Principal | null },
): void {
  const tally = createRefusalTally(clock, tell);
  const settling = setInterval(() => tally.settle(false), settleEveryMs).unref();
  scope.addHook('onError', (request, _reply, error: Error, done) => {
    if (error instanceof Problem && (error.status === 401 || error.status === 403)) {
      const path = request.routeOptions.url ?? '';
      tally.add({
        operation: operations.get(path) ?? path,
        problem: error,
        principal: principalOf(request),
        address: request.ip,
        userAgent: request.headers['user-agent'] ?? '',
      });
    }
    done();
  });
  scope.addHook('onClose', (_instance, done) => {
    clearInterval(settling);
    tally.settle(true);
    done();
  });
}
