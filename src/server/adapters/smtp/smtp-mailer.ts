/** Hands letters to a mail server over SMTP. */
import { createTransport } from 'nodemailer';
import { Problem } from '../../../shared/model/errors.ts';
import type { Mailer } from '../../ports/mailer.ts';
import { messageOf } from './message.ts';

/** Where the mail server is, and whose name the mails bear. */
export interface SmtpMailerParts {
  /** `smtp://user:password@host:port` or `smtps://...` */
  smtpUrl: string;
  /** an address, or `Name <address>` */
  from: string;
  /** default 60,000: for one mail, everything together */
  timeoutMs?: number;
}

const silenceMs = 20_000;
const addressPattern = /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]{1,253}$/;

/** A mailer. It connects for each mail: mails are few, and a server that went away is found at once. */
export function createSmtpMailer({ smtpUrl, from, timeoutMs = 60_000 }: SmtpMailerParts): Mailer {
  const transport = createTransport({
    ...connectionOf(smtpUrl),
    connectionTimeout: Math.min(silenceMs, timeoutMs),
    greetingTimeout: Math.min(silenceMs, timeoutMs),
    socketTimeout: Math.min(silenceMs, timeoutMs),
    dnsTimeout: Math.min(silenceMs, timeoutMs),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^>\s]+)>?\s*$/.exec(from)?.[1] ?? 'bellwether.invalid';
  return {
    send: async (letter) => {
      if (!addressPattern.test(letter.to))
        throw new Problem('MAIL_FAILED', `${JSON.stringify(letter.to.slice(0, 100))} is not an e-mail address.`, { isPermanent: true });
      const { id } = letter;
      const message = {
        ...messageOf(letter),
        from,
        to: { name: '', address: letter.to },
        ...(id === undefined ? {} : { messageId: `<${id.replace(/[^\w-]/g, '')}@${domain}>` }),
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      };
      const info = await withinTime(transport.sendMail(message), timeoutMs).catch((error: unknown) => {
        throw problemOf(error);
      });
      return { reply: info.response.slice(0, 500) };
    },
  };
}

function connectionOf(smtpUrl: string) {
  const { protocol, hostname, port, username, password } = new URL(smtpUrl);
  const isSecure = protocol === 'smtps:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const isThisMachine = host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
  return {
    host,
    port: port === '' ? (isSecure ? 465 : 587) : Number(port),
    secure: isSecure,
    // A password never crosses a network in the clear, whatever the other side offers.
    requireTLS: !isSecure && username !== '' && !isThisMachine,
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  };
}

async function withinTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The mail server did not finish within ${timeoutMs} ms.`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Refusals of the recipient or the message are for good; a wrong password or a server that is away can be mended. */
function problemOf(error: unknown): Problem {
  const { code = '', response, responseCode = 0 } = error as { code?: string; response?: string; responseCode?: number };
  const isPermanent = responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE');
  const why =
    response === undefined
      ? `could not be used (${code === '' ? String(error) : code})`
      : `answered ${JSON.stringify(response.slice(0, 300))}`;
  return new Problem('MAIL_FAILED', `The mail server ${why}.`, { isPermanent }, error);
}
