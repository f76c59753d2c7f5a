/** Carries a notification to a mailbox. */
import { Problem } from '../../../shared/model/errors.ts';
import type { Mailer } from '../../ports/mailer.ts';
import type { Outcome, Parcel } from '../notification.ts';

/** What one mail needs. */
export interface MailCall {
  /** null: this installation sends no mail */
  mailer: Mailer | null;
  parcel: Parcel;
  /** null: the person has left */
  address: string | null;
  /** the link of the notification as a whole address, or null */
  link: string | null;
}

const prefixes = { low: '', medium: '', high: 'Important: ', critical: 'Critical: ' } as const;

/** How one mail ended: delivered means that the mail server has taken it. */
export async function carryByEmail({ mailer, parcel, address, link }: MailCall): Promise<Outcome> {
  const refused = (reply: string): Outcome => ({ outcome: 'refused', status: null, reply });
  if (mailer === null) return refused('This server sends no mail: SMTP_URL is not set.');
  if (address === null) return refused('The person is no longer in this workspace.');
  const { notification, channel, deliveryId } = parcel;
  try {
    const { reply } = await mailer.send({
      to: address,
      subject: `${prefixes[notification.severity]}${notification.title}`,
      paragraphs: [notification.title, ...notification.body.split(/\n{2,}/)].filter((paragraph) => paragraph.trim() !== ''),
      ...(link === null ? {} : { action: { label: 'Open in Bellwether', url: link } }),
      footer: `Sent by Bellwether through the channel "${channel.name}".`,
      id: deliveryId,
    });
    return { outcome: 'delivered', status: null, reply };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { outcome: error.extra.isPermanent === true ? 'refused' : 'failed', status: null, reply: error.message };
  }
}
