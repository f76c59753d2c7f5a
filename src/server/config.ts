/** The environment, made strict once: every variable with its unit, default and reason. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { rateLimitDefaults } from '../shared/model/rate-limit.ts';
import {
  address,
  allowedHosts,
  keyText,
  mailbox,
  mailServer,
  maybeDecoded,
  notYet,
  originList,
  proxyList,
  rateLimits,
  secretList,
  secretText,
  streamAddress,
  wholeNumber,
} from './config-values.ts';

/** What the documentation says of a variable besides what its schema checks. */
interface VariableNotes {
  /** what may be written, as the error and the table say it */
  allowed: string;
  /** what holds when it is unset, as the table shows it */
  byDefault: string;
  /** what it does, and why the default is what it is */
  reason: string;
  /** never shown in an error */
  isSecret?: boolean;
}

const notesBySchema = new WeakMap<z.ZodType, VariableNotes>();

/** `schema` with its notes, which are its description too. */
function variable<T extends z.ZodType>(schema: T, notes: VariableNotes): T {
  const described = schema.describe(`${notes.reason} Allowed: ${notes.allowed}. Default: ${notes.byDefault}.`);
  notesBySchema.set(described, notes);
  return described;
}

const environmentSchema = z
  .object({
    PORT: variable(wholeNumber(0, 65_535, 3_000), {
      allowed: 'a whole number from 0 to 65535',
      byDefault: '3000',
      reason: 'TCP port of the web app and the API; 0 takes any free port.',
    }),
    HOST: variable(
      z
        .string()
        .regex(/^[\w.:-]+$/)
        .default('127.0.0.1'),
      {
        allowed: 'an IP address or host name of this machine',
        byDefault: '127.0.0.1',
        reason: 'Address to listen on. Only this machine until you say otherwise; the container image sets 0.0.0.0.',
      },
    ),
    PUBLIC_URL: variable(address('http:', 'https:').optional(), {
      allowed: 'an http:// or https:// address',
      byDefault: 'the address that the browser used',
      reason: 'Address under which people reach the server. With https:// cookies are sent over https only.',
    }),
    WEB_ORIGINS: variable(originList, {
      allowed: 'origins such as https://app.example.com, separated by commas',
      byDefault: 'none',
      reason: 'Other origins whose pages may read with credentials.',
    }),
    BELLWETHER_DATA: variable(z.string().default('./data'), {
      allowed: 'a folder',
      byDefault: './data',
      reason: 'Folder of the embedded stores, the spool and the secret. Made when missing.',
    }),
    BELLWETHER_SECRET: variable(secretText(32, 512), {
      allowed: '32 to 512 visible ASCII characters without spaces',
      byDefault: 'made once and kept in the data folder, in `secret`',
      reason: 'Signs session cookies and seals what must be kept readable. Nodes that share a catalog need the same one.',
      isSecret: true,
    }),
    BELLWETHER_SECRET_PREVIOUS: variable(secretList, {
      allowed: 'secrets of 32 to 512 visible ASCII characters, separated by commas',
      byDefault: 'none',
      reason: 'Older secrets, newest first: what they sealed is opened, and sealed anew at the start. They sign nothing.',
      isSecret: true,
    }),
    CLICKHOUSE_URL: variable(address('http:', 'https:').optional(), {
      allowed: 'http(s)://user:password@host:port/database',
      byDefault: 'the embedded ClickHouse, in the data folder',
      reason: 'A ClickHouse server as the warehouse.',
      isSecret: true,
    }),
    DATABASE_URL: variable(address('postgres:', 'postgresql:').optional(), {
      allowed: 'postgres://user:password@host:port/database',
      byDefault: 'SQLite, in the data folder',
      reason: 'A PostgreSQL database as the catalog.',
      isSecret: true,
    }),
    REDIS_URL: variable(notYet('the bus is this machine'), {
      allowed: 'nothing yet',
      byDefault: 'unset',
      reason: 'A Redis as the bus between nodes. Not in this version: the start stops when it is set.',
      isSecret: true,
    }),
    SMTP_URL: variable(mailServer.optional(), {
      allowed: 'smtp(s)://user:password@host:port',
      byDefault: 'unset: no mail is sent, and links for others are shown to whoever makes them',
      reason:
        'A mail server for invitations, password resets and notifications. smtps:// is TLS from the start (port 465); smtp:// (port 587) turns to TLS where the server offers it, and insists on it when there is a password and the server is not this machine.',
      isSecret: true,
    }),
    MAIL_FROM: variable(mailbox.optional(), {
      allowed: 'an e-mail address, or Name <address>',
      byDefault: 'the user of SMTP_URL if that is an e-mail address, else bellwether@ the host of PUBLIC_URL or of SMTP_URL',
      reason: 'Sender of the mails. Mail servers refuse senders that are not theirs.',
    }),
    OUTBOUND_ALLOW: variable(allowedHosts, {
      allowed: 'host names, IP addresses or networks such as 10.0.0.0/8, separated by commas',
      byDefault: 'none',
      reason:
        'Places that are not on the public internet and that webhooks, sign-in providers and sources may call all the same. By default a user of Bellwether cannot make it call into your network.',
    }),
    AUDIT_HEADS_FILE: variable(z.string().optional(), {
      allowed: 'the path of a file',
      byDefault: '`audit/heads.jsonl` in the data folder',
      reason:
        'File that the signed heads of the audit log are appended to. Best on a disk that whoever can write to the catalog cannot: with it `bellwether verify audit --heads` finds a log that was cut or written anew.',
    }),
    AUDIT_STREAM: variable(streamAddress.optional(), {
      allowed: 'file:///path, tcp://host:port or tls://host:port',
      byDefault: 'unset: the audit log is not streamed',
      reason: 'Where the audit log is streamed to, line by line, such as a SIEM. Each line arrives at least once, from the first entry on.',
    }),
    AUDIT_STREAM_FORMAT: variable(z.enum(['json', 'cef']).default('json'), {
      allowed: '`json` or `cef`',
      byDefault: 'json',
      reason: 'JSON lines, or the Common Event Format.',
    }),
    AUDIT_STREAM_PERSONAL: variable(z.enum(['0', '1']).default('0'), {
      allowed: '`1` or `0`',
      byDefault: '0',
      reason:
        'Whether names, e-mail addresses, IP addresses and user agents go into the stream. Erasing a person does not reach them there, so by default they do not.',
    }),
    BELLWETHER_ROLES: variable(z.literal('all', { error: 'not in this version: only "all" is' }).default('all'), {
      allowed: '`all`',
      byDefault: 'all',
      reason: 'What this node does. Separate roles are not in this version.',
    }),
    BELLWETHER_SPOOL: variable(z.literal('local', { error: 'not in this version: only "local" is' }).default('local'), {
      allowed: '`local`',
      byDefault: 'local',
      reason: 'Where accepted events wait for the warehouse: segment files in the data folder.',
    }),
    LOG_LEVEL: variable(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'), {
      allowed: '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`',
      byDefault: 'info',
      reason: 'The least severe lines that are logged.',
    }),
    BELLWETHER_TRUSTED_PROXIES: variable(proxyList, {
      allowed: 'IP addresses or networks such as 10.0.0.0/8, separated by commas',
      byDefault: 'none',
      reason: 'Proxies whose X-Forwarded-* headers are believed. Anybody can send these headers, so nobody is believed by default.',
    }),
    BELLWETHER_COUNTRY_HEADER: variable(
      z
        .string()
        .regex(/^[A-Za-z][\w-]{0,63}$/)
        .transform((name) => name.toLowerCase())
        .optional(),
      {
        allowed: 'the name of a header, such as CF-IPCountry',
        byDefault: 'unset',
        reason: 'Header in which a trusted proxy tells the country of a sender. Read only when BELLWETHER_TRUSTED_PROXIES has the caller.',
      },
    ),
    BELLWETHER_MMDB: variable(z.string().optional(), {
      allowed: 'the path of an .mmdb file',
      byDefault: 'unset',
      reason: 'A country database in MaxMind format. Without it and the header above the country stays unknown; it is never guessed.',
    }),
    BELLWETHER_SPOOL_LIMIT_MB: variable(wholeNumber(64, 1_000_000, 4_096), {
      allowed: 'a whole number of MB (2^20 bytes) from 64 to 1000000',
      byDefault: '4096',
      reason:
        'Accepted events that may wait for the warehouse; beyond it senders get 503. At 216 bytes an event, 4096 MB is about 20 million events.',
    }),
    BELLWETHER_DISK_RESERVE_MB: variable(wholeNumber(0, 1_000_000, 512), {
      allowed: 'a whole number of MB (2^20 bytes) from 0 to 1000000',
      byDefault: '512',
      reason: 'Free space under which no events are taken, so that the stores can still finish what they began.',
    }),
    BELLWETHER_RETENTION_DAYS: variable(wholeNumber(0, 36_500, 0), {
      allowed: 'a whole number of days from 0 to 36500',
      byDefault: '0 (kept for ever)',
      reason: 'Age, by event time, at which events are deleted. Nothing is deleted unless you ask for it.',
    }),
    BELLWETHER_DEAD_LETTER_DAYS: variable(wholeNumber(1, 36_500, 30), {
      allowed: 'a whole number of days from 1 to 36500',
      byDefault: '30',
      reason: 'Age at which rejected events are deleted: long enough to find the sender, short enough not to hoard what nobody can use.',
    }),
    BELLWETHER_RATE_LIMITS: variable(rateLimits, {
      allowed: `\`name=number\`, separated by commas; names are ${Object.keys(rateLimitDefaults)
        .map((name) => `\`${name}\``)
        .join(', ')}`,
      byDefault: Object.entries(rateLimitDefaults)
        .map(([name, number]) => `${name}=${number}`)
        .join(','),
      reason: 'Calls a minute that are allowed, at this node; 0 counts nothing. What is not named keeps its default.',
    }),
    BELLWETHER_QUERY_TIMEOUT_S: variable(wholeNumber(1, 3_600, 10), {
      allowed: 'a whole number of seconds from 1 to 3600',
      byDefault: '10',
      reason: 'Time that one question may take in the warehouse. A person has turned away after ten seconds.',
    }),
    BELLWETHER_QUERY_MEMORY_MB: variable(wholeNumber(64, 1_000_000, 1_024), {
      allowed: 'a whole number of MB (2^20 bytes) from 64 to 1000000',
      byDefault: '1024',
      reason: 'Memory that one question may take in the warehouse, so that a heavy one fails alone.',
    }),
    BELLWETHER_INIT_EMAIL: variable(z.email().optional(), {
      allowed: 'an e-mail address',
      byDefault: 'unset: the start prints a one-time sign-up link',
      reason: 'First owner, for unattended set-up. Used once, on an empty catalog; needs BELLWETHER_INIT_PASSWORD.',
    }),
    BELLWETHER_INIT_PASSWORD: variable(z.string().min(8).max(128).optional(), {
      allowed: '8 to 128 characters',
      byDefault: 'unset',
      reason: 'Password of the first owner. Used once, on an empty catalog.',
      isSecret: true,
    }),
    BELLWETHER_INIT_WORKSPACE: variable(z.string().trim().min(1).max(100).optional(), {
      allowed: '1 to 100 characters',
      byDefault: 'Default',
      reason: 'Name of the first workspace. Used once, on an empty catalog.',
    }),
    BELLWETHER_INIT_WRITE_KEY: variable(keyText, {
      allowed: '8 to 200 characters of A-Z a-z 0-9 . _ ~ -',
      byDefault: 'a random one, shown on the page Get started',
      reason: 'Write key of the first workspace. Used once, on an empty catalog.',
      isSecret: true,
    }),
    BELLWETHER_INIT_API_KEY: variable(keyText, {
      allowed: '8 to 200 characters of A-Z a-z 0-9 . _ ~ -',
      byDefault: 'none',
      reason: 'API key of the first workspace, with every scope. Used once, on an empty catalog.',
      isSecret: true,
    }),
  })
  .strip();

type Environment = z.output<typeof environmentSchema>;
type VariableName = keyof Environment;

/** The configuration of one server. Sizes in bytes, durations in ms, folders absolute; null where a variable is unset. */
export type Config = ReturnType<typeof shape>;

/** Raised for a variable that cannot be used; the message is one line that says which, what it is, and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * The configuration that `env` describes. A variable set to nothing counts as unset, as compose files write it.
 *
 * @throws ConfigError
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new ConfigError(refusal(issue.path[0] as VariableName, given, issue.message));
  }
  assertTogether(parsed.data);
  return shape(parsed.data);
}

/** The variables as a table in Markdown; docs/guides/configuration.md holds it, and a test compares. */
export function configurationTable(): string {
  const rows = Object.entries(environmentSchema.shape).map(([name, schema]) => {
    const notes = notesBySchema.get(schema)!;
    return `| \`${name}\` | ${notes.reason} | ${notes.allowed} | ${notes.byDefault} |`;
  });
  return ['| Variable | What it does, and why | Allowed | Default |', '|---|---|---|---|', ...rows].join('\n');
}

function refusal(name: VariableName, given: Record<string, string | undefined>, issue: string): string {
  const notes = notesBySchema.get(environmentSchema.shape[name])!;
  const value = given[name] ?? '';
  const shown = notes.isSecret ? `set (${value.length} characters, not shown)` : JSON.stringify(value.slice(0, 200));
  if (issue.startsWith('not in this version')) return `${name} is ${shown}: ${issue}.`;
  return `${name} is ${shown}: allowed is ${notes.allowed.replaceAll('`', '')}.`;
}

function assertTogether(parsed: Environment): void {
  if ((parsed.BELLWETHER_INIT_EMAIL === undefined) !== (parsed.BELLWETHER_INIT_PASSWORD === undefined)) {
    const [set, unset] = parsed.BELLWETHER_INIT_EMAIL === undefined ? ['PASSWORD', 'EMAIL'] : ['EMAIL', 'PASSWORD'];
    throw new ConfigError(`BELLWETHER_INIT_${unset} is unset: BELLWETHER_INIT_${set} is set, and both are needed together.`);
  }
  if (parsed.BELLWETHER_COUNTRY_HEADER !== undefined && parsed.BELLWETHER_TRUSTED_PROXIES.length === 0)
    throw new ConfigError(
      `BELLWETHER_TRUSTED_PROXIES is unset: BELLWETHER_COUNTRY_HEADER is "${parsed.BELLWETHER_COUNTRY_HEADER}", which is believed only from proxies listed there.`,
    );
}

function shape(env: Environment) {
  return {
    port: env.PORT,
    host: env.HOST,
    /** without a slash at the end */
    publicUrl: env.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    webOrigins: env.WEB_ORIGINS,
    dataFolder: resolve(env.BELLWETHER_DATA),
    /** null: made and kept in the data folder */
    secret: env.BELLWETHER_SECRET ?? null,
    /** only to open with, newest first */
    previousSecrets: env.BELLWETHER_SECRET_PREVIOUS,
    clickhouseUrl: env.CLICKHOUSE_URL ?? null,
    databaseUrl: env.DATABASE_URL ?? null,
    /** null: no mail is sent */
    mail: env.SMTP_URL === undefined ? null : { smtpUrl: env.SMTP_URL, from: env.MAIL_FROM ?? senderOf(env.SMTP_URL, env.PUBLIC_URL) },
    /** host names, addresses and networks that may be called though they are not public */
    outboundAllow: env.OUTBOUND_ALLOW,
    /** what the signed heads of the audit log are appended to; null: the place in the data folder */
    auditHeadsFile: env.AUDIT_HEADS_FILE === undefined ? null : resolve(env.AUDIT_HEADS_FILE),
    /** null: the audit log is not streamed */
    auditStream:
      env.AUDIT_STREAM === undefined
        ? null
        : { to: env.AUDIT_STREAM, format: env.AUDIT_STREAM_FORMAT, isPersonal: env.AUDIT_STREAM_PERSONAL === '1' },
    logLevel: env.LOG_LEVEL,
    trustedProxies: env.BELLWETHER_TRUSTED_PROXIES,
    /** lower case */
    countryHeader: env.BELLWETHER_COUNTRY_HEADER ?? null,
    countryFile: env.BELLWETHER_MMDB === undefined ? null : resolve(env.BELLWETHER_MMDB),
    spoolLimitBytes: env.BELLWETHER_SPOOL_LIMIT_MB * 2 ** 20,
    diskReserveBytes: env.BELLWETHER_DISK_RESERVE_MB * 2 ** 20,
    /** null: events are kept for ever */
    retentionDays: env.BELLWETHER_RETENTION_DAYS === 0 ? null : env.BELLWETHER_RETENTION_DAYS,
    deadLetterDays: env.BELLWETHER_DEAD_LETTER_DAYS,
    /** calls per minute; 0: not counted */
    rateLimits: env.BELLWETHER_RATE_LIMITS,
    queryTimeoutMs: env.BELLWETHER_QUERY_TIMEOUT_S * 1_000,
    queryMemoryBytes: env.BELLWETHER_QUERY_MEMORY_MB * 2 ** 20,
    /** simulated traffic in a folder of its own; set by `--demo`, not by the environment */
    isDemo: false as boolean,
    /** what an empty catalog is set up with */
    initial: {
      owner: env.BELLWETHER_INIT_EMAIL === undefined ? null : { email: env.BELLWETHER_INIT_EMAIL, password: env.BELLWETHER_INIT_PASSWORD! },
      workspaceName: env.BELLWETHER_INIT_WORKSPACE ?? 'Default',
      writeKey: env.BELLWETHER_INIT_WRITE_KEY ?? null,
      apiKey: env.BELLWETHER_INIT_API_KEY ?? null,
    },
  };
}

function senderOf(smtpUrl: string, publicUrl: string | undefined): string {
  const { username, hostname } = new URL(smtpUrl);
  const user = maybeDecoded(username) ?? '';
  if (z.email().safeParse(user).success) return `Bellwether <${user}>`;
  return `Bellwether <bellwether@${publicUrl === undefined ? hostname : new URL(publicUrl).hostname}>`;
}
