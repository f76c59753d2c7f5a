/** What the watch looks for and what it may do, in words. */
import type { Response, WatchKind } from '../../../../../shared/contract/security.ts';

/** Each kind: its name, and what exactly is looked for. */
export const kindWords: Readonly<Record<WatchKind, { title: string; about: string }>> = {
  'brute-force': { title: 'Guessed passwords', about: 'Many wrong passwords for one account, or from one address for many.' },
  'far-too-soon': {
    title: 'Far away too soon',
    about: 'A sign-in from another country sooner than one can travel. Where the country is known.',
  },
  'new-place': { title: 'New place', about: 'A person or key is used from a country or network it never was before.' },
  'mass-export': { title: 'Mass export', about: 'Somebody takes away far more than a report needs.' },
  'beyond-habit': { title: 'Beyond habit', about: 'More than ten times the rows that somebody reads on their usual day.' },
  probing: { title: 'Probing', about: 'Many refused calls within minutes: somebody tries what they may.' },
  'sql-escape': { title: 'SQL escape', about: 'SQL that tries to leave the tables it may read.' },
};

/** Each response: its name, and what it does. */
export const responseWords: Readonly<Record<Response, { title: string; about: string }>> = {
  note: { title: 'Note it', about: 'opens an incident and does nothing else' },
  challenge: { title: 'Ask again who it is', about: 'ends the sessions, so that the person signs in again; a key is slowed down' },
  throttle: { title: 'Slow down', about: 'for an hour only a few calls go through' },
  revoke: { title: 'Revoke', about: 'ends sessions, and revokes the key' },
  lock: { title: 'Lock', about: 'locks the account until an admin opens it; a key is revoked. Never the last owner' },
};
