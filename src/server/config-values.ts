/** What the value of an environment variable may be. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { rateLimitDefaults, type RateLimitName, type RateLimitSettings } from '../shared/model/rate-limit.ts';

/** A whole number within bounds. */
export const wholeNumber = (from: number, to: number, byDefault: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(from).max(to))
    .default(byDefault);

/** A URL of one of `protocols`, each with its colon. */
export const address = (...protocols: string[]) =>
  z.string().refine((text) => protocols.some((protocol) => maybeUrl(text)?.protocol === protocol));

/** Origins, separated by commas. */
export const originList = z
  .string()
  .default('')
  .transform((text) => splitList(text))
  .pipe(z.array(z.string().refine((text) => /^https?:$/.test(maybeUrl(text)?.protocol ?? '') && maybeUrl(text)?.origin === text)));

/** Addresses and networks, separated by commas. */
export const proxyList = z
  .string()
  .default('')
  .transform((text) => splitList(text))
  .pipe(z.array(z.string().refine(isAddressOrNetwork)));

/** Host names, addresses and networks, separated by commas. */
export const allowedHosts = z
  .string()
  .default('')
  .transform((text) => splitList(text))
  .pipe(z.array(z.string().refine((text) => isAddressOrNetwork(text) || isHostName(text))));

/** The address of a mail server, perhaps with user and password. */
export const mailServer = address('smtp:', 'smtps:').refine((text) => {
  const url = maybeUrl(text);
  return url !== null && url.hostname !== '' && maybeDecoded(url.username + url.password) !== null;
});

/** An e-mail address, perhaps with a name before it. */
export const mailbox = z.string().refine((text) => z.email().safeParse(/^[^<>\r\n"]*<([^<>]+)>$/.exec(text)?.[1] ?? text).success);

/** A file or a socket that lines are streamed to. */
export const streamAddress = z
  .string()
  .transform((text) => maybeStreamTarget(text))
  .refine((target) => target !== null)
  .transform((target) => target!);

/** Where lines are streamed to. */
export type StreamTarget = { kind: 'file'; file: string } | { kind: 'socket'; host: string; port: number; isTls: boolean };

function maybeStreamTarget(text: string): StreamTarget | null {
  const url = maybeUrl(text);
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '') return null;
  if (url.protocol === 'file:') {
    const file = url.host === '' ? maybeDecoded(url.pathname) : null;
    return file === null || file.endsWith('/') ? null : { kind: 'file', file };
  }
  const isSocket =
    (url.protocol === 'tcp:' || url.protocol === 'tls:') && url.hostname !== '' && url.port !== '' && /^\/?$/.test(url.pathname);
  if (!isSocket) return null;
  return { kind: 'socket', host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port), isTls: url.protocol === 'tls:' };
}

/** A variable of a later version: it may not be set. */
export const notYet = (feature: string) => z.undefined({ error: `not in this version: ${feature}` }).optional();

/** Visible ASCII without spaces. */
export const secretText = (from: number, to: number) =>
  z
    .string()
    .min(from)
    .max(to)
    .regex(/^[\x21-\x7e]+$/)
    .optional();

/** Limits by name over the defaults: `export=20,sign-in=0`. */
export const rateLimits = z
  .string()
  .default('')
  .transform((text) => splitList(text).map((item) => item.split('=').map((part) => part.trim())))
  .pipe(
    z.array(
      z.tuple([
        z.enum(Object.keys(rateLimitDefaults) as [RateLimitName]),
        z
          .string()
          .regex(/^\d{1,7}$/)
          .transform(Number),
      ]),
    ),
  )
  .transform((entries): RateLimitSettings => ({ ...rateLimitDefaults, ...Object.fromEntries(entries) }));

/** Secrets, separated by commas. */
export const secretList = z
  .string()
  .default('')
  .transform((text) => splitList(text))
  .pipe(
    z.array(
      z
        .string()
        .min(32)
        .max(512)
        .regex(/^[\x21-\x7e]+$/),
    ),
  );

/** A key that an operator chooses. */
export const keyText = z
  .string()
  .regex(/^[\w.~-]{8,200}$/)
  .optional();

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function maybeUrl(text: string): URL | null {
  return URL.parse(text);
}

/** `text` without its percent signs, or null where they are wrong. */
export function maybeDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function isHostName(text: string): boolean {
  return /^(?=.{1,253}$)[a-z0-9_]([\w-]{0,62})?(\.[a-z0-9_][\w-]{0,62})*$/i.test(text) && !/^[\d.]+$/.test(text);
}

function isAddressOrNetwork(text: string): boolean {
  const [host = '', bits, ...more] = text.split('/');
  const family = isIP(host);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
