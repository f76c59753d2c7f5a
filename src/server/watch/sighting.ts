/** What the watch sees: sign-ins and calls, as they end. */

/** A person, a key or an address; what a response is aimed at. */
export interface Subject {
  kind: 'person' | 'key' | 'address';
  id: string;
}

/** Somebody tried to sign in. */
export interface SignInSighting {
  what: 'sign-in';
  atMs: number;
  /** workspaces of the person; empty when the account is unknown */
  workspaceIds: readonly string[];
  /** null: no such account */
  personId: string | null;
  /** the same for the same e-mail, and not the e-mail */
  account: string;
  address: string;
  /** ISO 3166 code; null where it is not known */
  country: string | null;
  outcome: 'done' | 'refused';
}

/** A call ended, over HTTP or a socket. */
export interface CallSighting {
  what: 'call';
  atMs: number;
  workspaceId: string;
  /** a person or a key */
  subject: Subject;
  address: string;
  country: string | null;
  /** operation of the contract, such as `query` or `export` */
  operation: string;
  /** `denied`: for want of permission, or of something that is not theirs */
  outcome: 'done' | 'denied' | 'failed';
  /** rows that went out */
  rows: number;
  /** a question was refused whose text tries to be more than a question */
  isEscape: boolean;
}

/** What the watch sees. */
export type Sighting = SignInSighting | CallSighting;
