/** Mail: rooms write letters in plain words, the adapter makes them into messages and hands them to a mail server. */

/** One message to one person. Text only: the adapter escapes it for HTML. */
export interface Letter {
  /** one e-mail address */
  to: string;
  subject: string;
  paragraphs: readonly string[];
  /** where the reader goes from here; http or https */
  action?: { label: string; url: string };
  /** why the reader got this, in small print */
  footer?: string;
  /** the same on every try, so that the receiving side can tell copies apart; letters, digits, `_` and `-` */
  id?: string;
}

/** That the mail server has taken the message. Whether anybody reads it is not known to it either. */
export interface MailReceipt {
  /** what it said, such as `250 Ok: queued as 4F2A` */
  reply: string;
}

/** Somebody who carries letters. */
export interface Mailer {
  /** @throws MAIL_FAILED, with `isPermanent` in `extra`: true when trying again cannot help, such as for an unknown recipient */
  send(letter: Letter): Promise<MailReceipt>;
}
