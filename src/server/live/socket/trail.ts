/** Tells how connecting and subscribing ended, so that no question is asked or refused without a trace. */
import type { Problem } from '../../../shared/model/errors.ts';
import type { Principal } from '../../identity/principal.ts';

/** A message of a client, dealt with. */
export interface EndedMessage {
  operation: 'connect' | 'subscribe';
  /** null: it was not let in */
  principal: Principal | null;
  address: string;
  /** ISO 3166 code; null where it is not known */
  country: string | null;
  userAgent: string;
  /** null: it went well */
  problem: Problem | null;
  /** what was subscribed to, as the client wrote it */
  message: unknown;
}

/** Hears of each; what it throws is logged and harms nobody. */
export type LiveTrail = (ended: EndedMessage) => Promise<void>;
