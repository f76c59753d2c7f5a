/** Many wrong passwords: for one account, or from one address for many. */
import { recentSums } from '../recent.ts';
import type { Detector, Finding } from '../finding.ts';
import type { SignInSighting } from '../sighting.ts';

const windowMs = 15 * 60_000;
/** wrong tries of one account, of one address, and accounts that one address tried */
const limits = { account: 10, address: 30, accounts: 5 };
/** so many wrong tries just before a right one are more than a slip of the fingers */
const beforeSuccess = 5;

/** `homeWorkspaceId` hears of accounts that do not exist. */
export function bruteForce(homeWorkspaceId: () => string): Detector {
  const byAccount = recentSums(windowMs);
  const byAddress = recentSums(windowMs);
  const accountsByAddress = recentSums(windowMs);
  const pairs = recentSums(windowMs);
  const finding = (sighting: SignInSighting, subject: Finding['subject'], severity: Finding['severity'], title: string, tries: number) => ({
    kind: 'brute-force' as const,
    workspaceId: sighting.workspaceIds[0] ?? homeWorkspaceId(),
    subject,
    severity,
    title,
    evidence: { tries, minutes: windowMs / 60_000, country: sighting.country },
  });

  return {
    kind: 'brute-force',
    look: (sighting) => {
      if (sighting.what !== 'sign-in') return null;
      const { account, address, atMs, personId } = sighting;
      if (sighting.outcome === 'done') {
        const tries = pairs.sum(`${account} ${address}`, atMs);
        byAccount.forget(account);
        pairs.forget(`${account} ${address}`);
        if (tries < beforeSuccess || personId === null) return null;
        const title = `Signed in after ${tries} wrong passwords from the same address.`;
        return finding(sighting, { kind: 'person', id: personId }, 'medium', title, tries);
      }
      const forAccount = byAccount.add(account, atMs);
      const fromAddress = byAddress.add(address, atMs);
      if (pairs.add(`${account} ${address}`, atMs) === 1) accountsByAddress.add(address, atMs);
      const accounts = accountsByAddress.sum(address, atMs);
      if (fromAddress >= limits.address && accounts >= limits.accounts) {
        const title = `${fromAddress} wrong passwords for ${accounts} accounts from one address within 15 minutes.`;
        return finding(sighting, { kind: 'address', id: address }, 'high', title, fromAddress);
      }
      if (forAccount < limits.account || personId === null) return null;
      const title = `${forAccount} wrong passwords for one account within 15 minutes.`;
      return finding(sighting, { kind: 'address', id: address }, 'medium', title, forAccount);
    },
  };
}
