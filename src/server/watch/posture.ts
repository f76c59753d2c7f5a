/** The checklist of a workspace: what is well kept, what could be better, what is wrong, each with what to do. */
import type { PostureItem } from '../../shared/contract/security.ts';

/** What the checklist is made from. */
export interface PostureFacts {
  isHttps: boolean;
  /** whether only this machine can reach the server */
  isLoopback: boolean;
  hasMail: boolean;
  members: number;
  owners: number;
  /** people who may manage the workspace, people or keys */
  managers: number;
  managersWithoutTwoFactor: number;
  membersWithoutTwoFactor: number;
  isTwoFactorRequired: boolean;
  /** members who did not come for 90 days */
  dormantMembers: number;
  keys: number;
  /** API keys that may do everything */
  fullKeys: number;
  keysWithoutExpiry: number;
  /** keys in use that nobody used for 90 days */
  dormantKeys: number;
  /** ms since the last signed head of this chain; null: there is none yet */
  auditHeadAgeMs: number | null;
  hasOutsideStream: boolean;
  openIncidents: number;
  watchKindsOff: number;
}

const minuteMs = 60_000;

/** The checklist, worst first. */
export function postureOf(facts: PostureFacts): PostureItem[] {
  const items = [...wayIn(facts), ...people(facts), ...keys(facts), ...record(facts)];
  const rank = { bad: 0, advice: 1, good: 2 };
  return items.sort((a, b) => rank[a.state] - rank[b.state]);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function ofAll(some: number, all: number): string {
  return all === 1 ? 'The only member' : `${some} of ${all} members`;
}

function item(id: string, title: string, state: PostureItem['state'], finding: string, action: string | null = null): PostureItem {
  return { id, title, state, finding, action: state === 'good' ? null : action };
}

function wayIn({ isHttps, isLoopback, hasMail }: PostureFacts): PostureItem[] {
  return [
    item(
      'https',
      'Encrypted connection',
      isHttps ? 'good' : isLoopback ? 'advice' : 'bad',
      isHttps
        ? 'People reach the server over https.'
        : isLoopback
          ? 'Only this machine can reach the server, without encryption.'
          : 'People reach the server without encryption.',
      'Put a proxy with a certificate in front, and set PUBLIC_URL to its https:// address.',
    ),
    item(
      'mail',
      'Mail',
      hasMail ? 'good' : 'advice',
      hasMail
        ? 'Invitations, password links and warnings go out by mail.'
        : 'No mail server is set: links have to be handed over, and warnings are seen here alone.',
      'Set SMTP_URL.',
    ),
  ];
}

function people(facts: PostureFacts): PostureItem[] {
  const { managers, managersWithoutTwoFactor, members, membersWithoutTwoFactor, isTwoFactorRequired, owners, dormantMembers } = facts;
  const without = managersWithoutTwoFactor > 0 ? 'bad' : membersWithoutTwoFactor > 0 && !isTwoFactorRequired ? 'advice' : 'good';
  return [
    item(
      'two-factor',
      'Second factor',
      without,
      without === 'good'
        ? 'Everybody signs in with a second factor, or has to set one up.'
        : members === 1
          ? 'The only member signs in with a password alone.'
          : `${managersWithoutTwoFactor} of the ${managers} who manage this workspace, and ${membersWithoutTwoFactor} of all ${members} members, sign in with a password alone.`,
      'Ask them to set it up in their profile, or require it for the workspace.',
    ),
    item(
      'owners',
      'Owners',
      owners === 0 ? 'bad' : owners === 1 ? 'advice' : owners > 5 ? 'advice' : 'good',
      owners === 1 ? 'There is one owner: if they are away, nobody can make another.' : `There are ${owners} owners.`,
      owners > 5 ? 'Make some of them admins.' : 'Make a second owner.',
    ),
    item(
      'dormant-members',
      'Members who do not come',
      dormantMembers > 0 ? 'advice' : 'good',
      dormantMembers > 0
        ? `${ofAll(dormantMembers, members)} did not sign in for 90 days.`
        : 'All members signed in within the last 90 days.',
      'Take them out of the workspace.',
    ),
  ];
}

function keys({ keys: count, fullKeys, keysWithoutExpiry, dormantKeys }: PostureFacts): PostureItem[] {
  return [
    item(
      'full-keys',
      'Keys that may do everything',
      fullKeys > 0 ? 'advice' : 'good',
      fullKeys > 0 ? `${fullKeys} of ${counted(count, 'key')} may do everything.` : 'No key may do everything.',
      'Give each only the permissions that it needs.',
    ),
    item(
      'key-expiry',
      'Keys that never expire',
      keysWithoutExpiry > 0 ? 'advice' : 'good',
      keysWithoutExpiry > 0
        ? `${keysWithoutExpiry} of ${counted(count, 'key')} never ${keysWithoutExpiry === 1 ? 'expires' : 'expire'}.`
        : 'All API keys expire.',
      'Give them an expiry, or rotate them now and then.',
    ),
    item(
      'dormant-keys',
      'Keys that nobody uses',
      dormantKeys > 0 ? 'advice' : 'good',
      dormantKeys > 0
        ? `${counted(dormantKeys, 'key')} ${dormantKeys === 1 ? 'was' : 'were'} not used for 90 days.`
        : 'Every key was used within the last 90 days.',
      'Revoke them.',
    ),
  ];
}

function record({ auditHeadAgeMs, hasOutsideStream, openIncidents, watchKindsOff }: PostureFacts): PostureItem[] {
  const isLate = auditHeadAgeMs !== null && auditHeadAgeMs > 5 * minuteMs;
  return [
    item(
      'audit-heads',
      'Signed audit log',
      isLate ? 'bad' : 'good',
      auditHeadAgeMs === null
        ? 'Nothing has been recorded yet.'
        : `The audit log was last signed ${Math.round(auditHeadAgeMs / minuteMs)} min ago${isLate ? ', though something was recorded since' : ''}.`,
      'Look at the log of the server: signing runs every minute.',
    ),
    item(
      'audit-outside',
      'Audit log kept elsewhere',
      hasOutsideStream ? 'good' : 'advice',
      hasOutsideStream
        ? 'Entries are streamed to a place outside of this server.'
        : 'Entries and their signatures are on this machine alone.',
      'Set AUDIT_STREAM, or copy the file of signed heads away.',
    ),
    item(
      'incidents',
      'Open incidents',
      openIncidents > 0 ? 'bad' : 'good',
      openIncidents > 0 ? `${counted(openIncidents, 'incident')} ${openIncidents === 1 ? 'is' : 'are'} open.` : 'No incident is open.',
      'Look at them, and acknowledge or resolve each.',
    ),
    item(
      'watch',
      'Watch',
      watchKindsOff > 0 ? 'advice' : 'good',
      watchKindsOff > 0
        ? `${counted(watchKindsOff, 'thing')} that the watch can look for ${watchKindsOff === 1 ? 'is' : 'are'} switched off.`
        : 'The watch looks for everything that it knows.',
      'Switch them on; "note" does no more than tell you.',
    ),
  ];
}
