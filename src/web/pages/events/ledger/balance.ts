/** Whether the ledger adds up, and by how much it does not. */
import type { LedgerCounts } from '../../../../shared/model/ledger.ts';

/** The two equations; each difference is 0 where it holds. */
export interface Balance {
  /** received - (accepted + duplicates + rejected) */
  receivedOff: number;
  /** accepted - (stored + pending) */
  acceptedOff: number;
  isBalanced: boolean;
}

/** The balance of `counts`. */
export function balanceOf({ received, accepted, stored, rejected, duplicates, pending }: LedgerCounts): Balance {
  const receivedOff = received - (accepted + duplicates + rejected);
  const acceptedOff = accepted - (stored + pending);
  return { receivedOff, acceptedOff, isBalanced: receivedOff === 0 && acceptedOff === 0 };
}
