/** Letters through a real SMTP server: what arrives, what is refused, and what a hostile letter cannot do. */
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { startMailServer, type MailServer } from '../../../../test/fixtures/mail-server.ts';
import { messageOf } from './message.ts';
import { createSmtpMailer } from './smtp-mailer.ts';

const servers: MailServer[] = [];
const start = async (...parts: Parameters<typeof startMailServer>): Promise<MailServer> => {
  const server = await startMailServer(...parts);
  servers.push(server);
  return server;
};
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const from = 'Bellwether <stats@b.example>';
const letter = { to: 'ada@example.com', subject: 'Revenue fell', paragraphs: ['It fell by 40 %.', 'Since 12:00.'] };
/** Headers unfolded, by name. */
const headersOf = (source: string): Map<string, string> => {
  const lines = source
    .split('\r\n\r\n')[0]!
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]));
};

test('a letter arrives as text and HTML, marked as written by a machine, under an id of its own', async () => {
  const server = await start();
  const mailer = createSmtpMailer({ smtpUrl: server.url, from });
  const action = { label: 'Open', url: 'https://b.example/incidents/1?a=1&b=2' };
  const receipt = await mailer.send({ ...letter, action, footer: 'You are an owner.', id: 'del_1' });
  expect(receipt.reply).toBe('250 Ok: queued as 1');
  const [mail] = server.received;
  expect(mail).toMatchObject({ from: 'stats@b.example', to: ['ada@example.com'], user: null });
  const headers = headersOf(mail!.source);
  expect(headers.get('from')).toBe(from);
  expect(headers.get('subject')).toBe('Revenue fell');
  expect(headers.get('message-id')).toBe('<del_1@b.example>');
  expect(headers.get('auto-submitted')).toBe('auto-generated');
  expect(headers.get('content-type')).toContain('multipart/alternative');
  expect(mail!.source).toContain('It fell by 40 %.');
  expect(mail!.source).toContain('You are an owner.');
});

test('user and password of the address sign in', async () => {
  const server = await start({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, done) =>
      username === 'me@b.example' && password === 'p@ss:word' ? done(null, { user: 'me' }) : done(new Error('535 no')),
  });
  const at = `127.0.0.1:${server.port}`;
  await createSmtpMailer({ smtpUrl: `smtp://me%40b.example:p%40ss%3Aword@${at}`, from }).send(letter);
  expect(server.received[0]!.user).toBe('me');
  const wrong = createSmtpMailer({ smtpUrl: `smtp://me:wrong@${at}`, from }).send(letter);
  await expect(wrong).rejects.toMatchObject({ code: 'MAIL_FAILED', extra: { isPermanent: false } });
  await expect(wrong).rejects.not.toThrow(/wrong@/);
});

describe('failures', () => {
  test('an unknown recipient is for good, a full mailbox may pass', async () => {
    const refuse = (responseCode: number) =>
      start({ onRcptTo: (_address, _session, done) => done(Object.assign(new Error('mailbox trouble'), { responseCode })) });
    const forGood = createSmtpMailer({ smtpUrl: (await refuse(550)).url, from }).send(letter);
    await expect(forGood).rejects.toMatchObject({ code: 'MAIL_FAILED', extra: { isPermanent: true } });
    await expect(forGood).rejects.toThrow('550 mailbox trouble');
    const forNow = createSmtpMailer({ smtpUrl: (await refuse(452)).url, from }).send(letter);
    await expect(forNow).rejects.toMatchObject({ code: 'MAIL_FAILED', extra: { isPermanent: false } });
  });

  test('a server that is away, and one that never greets, may come back', async () => {
    const gone = await startMailServer();
    await gone.close();
    const away = createSmtpMailer({ smtpUrl: gone.url, from }).send(letter);
    await expect(away).rejects.toMatchObject({ code: 'MAIL_FAILED', isRetryable: true, extra: { isPermanent: false } });
    const mute = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const { port } = mute.address() as AddressInfo;
    const silent = createSmtpMailer({ smtpUrl: `smtp://127.0.0.1:${port}`, from, timeoutMs: 200 }).send(letter);
    await expect(silent).rejects.toMatchObject({ code: 'MAIL_FAILED' });
    mute.close();
  });

  test('a password is not sent in the clear over a network', async () => {
    let isAskedForPassword = false;
    const server = await start({
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => {
        isAskedForPassword = true;
        done(null, { user: 'me' });
      },
    });
    // A name that is not "this machine" by its spelling, yet leads to it.
    const mailer = createSmtpMailer({ smtpUrl: `smtp://me:pw@0.0.0.0:${server.port}`, from });
    await expect(mailer.send(letter)).rejects.toThrow(/^The mail server answered "500 Error: command not recognized"/);
    expect(isAskedForPassword).toBe(false);
    expect(server.received).toEqual([]);
  });
});

describe('a hostile letter', () => {
  test('cannot add a header or a recipient', async () => {
    const server = await start();
    const mailer = createSmtpMailer({ smtpUrl: server.url, from });
    const subject = 'Fell\r\nBcc: eve@example.com\r\n\r\nbody\u2028x';
    await mailer.send({ ...letter, subject, id: 'a>\r\nBcc: eve@example.com' });
    const { to, source } = server.received[0]!;
    expect(to).toEqual(['ada@example.com']);
    const headers = headersOf(source);
    expect(headers.has('bcc')).toBe(false);
    expect(headers.get('message-id')).toBe('<aBcceveexamplecom@b.example>');
    for (const address of ['a@b.example, eve@example.com', 'a@b.example\r\nBcc: eve@example.com', 'Eve <eve@example.com>', '', 'a@b@c']) {
      const refused = mailer.send({ ...letter, to: address });
      await expect(refused).rejects.toMatchObject({ code: 'MAIL_FAILED', extra: { isPermanent: true } });
    }
    expect(server.received).toHaveLength(1);
  });

  test('cannot write HTML, nor link to anything but a page', () => {
    const action = { label: '<b>x</b>', url: 'https://b.example/"onclick="alert(1)' };
    const { html } = messageOf({ ...letter, paragraphs: ['<script>alert(1)</script>'], action, footer: '<img src=x>' });
    expect(html).not.toMatch(/<(script|b>|img)/);
    expect(html).not.toContain('"onclick');
    const other = messageOf({ ...letter, action: { label: 'x', url: 'javascript:alert(1)' } });
    expect(other.html + other.text).not.toContain('javascript');
  });

  test('cannot be longer than a mail should be', async () => {
    const server = await start();
    const huge = 'x'.repeat(1_000_000);
    await createSmtpMailer({ smtpUrl: server.url, from }).send({ ...letter, subject: huge, paragraphs: [huge] });
    expect(server.received[0]!.source.length).toBeLessThan(50_000);
    expect(messageOf({ ...letter, subject: huge }).subject).toHaveLength(200);
    expect(messageOf({ ...letter, paragraphs: Array<string>(1_000).fill('x') }).text.length).toBeLessThan(1_000);
  });
});
