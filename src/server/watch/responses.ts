/** What is done about a finding: never more than fits the subject, and each with its way back. */
import type { Response } from '../../shared/contract/security.ts';
import type { Subject } from './sighting.ts';

/** Something that was done, and what undoing it needs. */
export interface Act {
  response: Response;
  subject: Subject;
  /** one sentence for the incident */
  said: string;
  canUndo: boolean;
}

/** What the watch can do to others; given by the rooms that can. */
export interface WatchActs {
  /** ends the sessions of a person, so that they sign in again */
  endSessions(personId: string): Promise<void>;
  /** revokes the personal tokens of a person */
  endTokens(personId: string): Promise<void>;
  /** revokes a key; false: it is a token that cannot be taken back */
  revokeKey(workspaceId: string, keyId: string): Promise<boolean>;
  /** takes that back */
  restoreKey(workspaceId: string, keyId: string): Promise<void>;
  /** lets a person sign in no more; or again */
  setLocked(personId: string, isLocked: boolean): Promise<void>;
  /** slows a subject down until then; null: no more */
  setThrottle(subject: Subject, untilMs: number | null): Promise<void>;
  /** whether locking or revoking the person would leave the workspace without an owner who can come in */
  isLastOwner(workspaceId: string, personId: string): Promise<boolean>;
}

const throttleMs = 60 * 60_000;

/** The response that fits a subject: an address can only be slowed down, a key has no session, a last owner is not locked out. */
export function fittingResponse(wanted: Response, subject: Subject): Response {
  if (wanted === 'note') return 'note';
  if (subject.kind === 'address') return 'throttle';
  if (subject.kind === 'key') return wanted === 'challenge' ? 'throttle' : wanted === 'lock' ? 'revoke' : wanted;
  return wanted;
}

/** Carries a response out. */
export async function respond(acts: WatchActs, workspaceId: string, wanted: Response, subject: Subject, nowMs: number): Promise<Act> {
  let response = fittingResponse(wanted, subject);
  if (subject.kind === 'person' && response === 'lock' && (await acts.isLastOwner(workspaceId, subject.id))) response = 'challenge';
  const act = (said: string, canUndo: boolean): Act => ({ response, subject, said, canUndo });
  switch (response) {
    case 'note':
      return act('Noted; nothing else was done.', false);
    case 'throttle':
      await acts.setThrottle(subject, nowMs + throttleMs);
      return act(`Slowed the ${subject.kind} down for an hour.`, true);
    case 'challenge':
      await acts.endSessions(subject.id);
      return act('Ended the sessions of the person, who has to sign in again.', false);
    case 'revoke':
      if (subject.kind === 'key') {
        if (await acts.revokeKey(workspaceId, subject.id)) return act('Revoked the key.', true);
        response = 'throttle';
        await acts.setThrottle(subject, nowMs + throttleMs);
        return act('Slowed the token down for an hour; it ends by itself.', true);
      }
      await acts.endSessions(subject.id);
      await acts.endTokens(subject.id);
      return act('Ended the sessions and the tokens of the person.', false);
    case 'lock':
      await acts.setLocked(subject.id, true);
      await acts.endSessions(subject.id);
      return act('Locked the account and ended its sessions.', true);
  }
}

/** Takes an act back. */
export async function takeBack(
  acts: WatchActs,
  workspaceId: string,
  { response, subject }: Pick<Act, 'response' | 'subject'>,
): Promise<void> {
  if (response === 'throttle') await acts.setThrottle(subject, null);
  if (response === 'revoke' && subject.kind === 'key') await acts.restoreKey(workspaceId, subject.id);
  if (response === 'lock') await acts.setLocked(subject.id, false);
}
