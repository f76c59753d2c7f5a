/** The environment: defaults, refusals in one line, and the table of the documentation. */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rateLimitDefaults } from '../shared/model/rate-limit.ts';
import { ConfigError, configurationTable, readConfig } from './config.ts';

const guide = new URL('../../docs/guides/configuration.md', import.meta.url);

describe('what holds when nothing is set', () => {
  test('everything is embedded, on this machine alone, and nothing is deleted', () => {
    expect(readConfig({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: null,
      webOrigins: [],
      dataFolder: resolve('data'),
      secret: null,
      clickhouseUrl: null,
      databaseUrl: null,
      trustedProxies: [],
      retentionDays: null,
      initial: { owner: null, workspaceName: 'Default', writeKey: null, apiKey: null },
    });
  });

  test('a variable set to nothing counts as unset, and foreign ones are ignored', () => {
    expect(readConfig({ PORT: '', REDIS_URL: ' ', DATABASE_URL: '', HOME: '/home/me' })).toEqual(readConfig({}));
  });
});

describe('what is set', () => {
  test('is made strict, with bytes and milliseconds inside', () => {
    const config = readConfig({
      PORT: '0',
      PUBLIC_URL: 'https://stats.example.com/',
      WEB_ORIGINS: 'https://a.example.com, http://localhost:5173',
      DATABASE_URL: 'postgres://me:pw@db/bellwether',
      CLICKHOUSE_URL: 'http://default:@clickhouse:8123/bellwether',
      BELLWETHER_SPOOL_LIMIT_MB: '64',
      BELLWETHER_QUERY_TIMEOUT_S: '30',
      BELLWETHER_RETENTION_DAYS: '400',
      BELLWETHER_TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      BELLWETHER_COUNTRY_HEADER: 'CF-IPCountry',
      BELLWETHER_INIT_EMAIL: 'me@example.com',
      BELLWETHER_INIT_PASSWORD: 'correct horse',
    });
    expect(config).toMatchObject({
      port: 0,
      publicUrl: 'https://stats.example.com',
      webOrigins: ['https://a.example.com', 'http://localhost:5173'],
      spoolLimitBytes: 67_108_864,
      queryTimeoutMs: 30_000,
      retentionDays: 400,
      trustedProxies: ['10.0.0.0/8', '::1'],
      countryHeader: 'cf-ipcountry',
      initial: { owner: { email: 'me@example.com', password: 'correct horse' } },
    });
  });
});

test('mail needs a server alone; the sender is its user, or belongs to the host that people know', () => {
  const mailOf = (env: Record<string, string>) => readConfig(env).mail;
  expect(mailOf({})).toBeNull();
  expect(mailOf({ MAIL_FROM: 'a@b.example' })).toBeNull();
  const smtpUrl = 'smtps://stats%40b.example:pw@mail.b.example';
  expect(mailOf({ SMTP_URL: smtpUrl })).toEqual({ smtpUrl, from: 'Bellwether <stats@b.example>' });
  expect(mailOf({ SMTP_URL: 'smtp://mail.b.example:25' })?.from).toBe('Bellwether <bellwether@mail.b.example>');
  const publicUrl = { PUBLIC_URL: 'https://stats.b.example', SMTP_URL: 'smtp://mail:25' };
  expect(mailOf(publicUrl)?.from).toBe('Bellwether <bellwether@stats.b.example>');
  expect(mailOf({ ...publicUrl, MAIL_FROM: 'Figures <figures@b.example>' })?.from).toBe('Figures <figures@b.example>');
});

test('places that may be called are host names, addresses and networks', () => {
  const places = ['hooks', 'hooks.internal', '10.0.0.0/8', '192.168.1.7', 'fd00::/8', 'my_service'];
  expect(readConfig({ OUTBOUND_ALLOW: places.join(', ') }).outboundAllow).toEqual(places);
});

test('the audit log is streamed to a file or a socket, without personal data unless asked for', () => {
  const streamOf = (env: Record<string, string>) => readConfig(env).auditStream;
  expect(streamOf({ AUDIT_STREAM_FORMAT: 'cef' })).toBeNull();
  expect(streamOf({ AUDIT_STREAM: 'file:///var/log/bell%20wether.jsonl' })).toEqual({
    to: { kind: 'file', file: '/var/log/bell wether.jsonl' },
    format: 'json',
    isPersonal: false,
  });
  expect(streamOf({ AUDIT_STREAM: 'tls://siem.example.com:6514', AUDIT_STREAM_FORMAT: 'cef', AUDIT_STREAM_PERSONAL: '1' })).toEqual({
    to: { kind: 'socket', host: 'siem.example.com', port: 6514, isTls: true },
    format: 'cef',
    isPersonal: true,
  });
  expect(streamOf({ AUDIT_STREAM: 'tcp://[::1]:514/' })?.to).toEqual({ kind: 'socket', host: '::1', port: 514, isTls: false });
  expect(readConfig({}).auditHeadsFile).toBeNull();
  expect(readConfig({ AUDIT_HEADS_FILE: '/mnt/other/heads.jsonl' }).auditHeadsFile).toBe('/mnt/other/heads.jsonl');
});

test('limits keep their defaults but where they are named', () => {
  expect(readConfig({}).rateLimits).toEqual(rateLimitDefaults);
  expect(readConfig({ BELLWETHER_RATE_LIMITS: 'export=100, sign-in = 0' }).rateLimits).toEqual({
    ...rateLimitDefaults,
    export: 100,
    'sign-in': 0,
  });
});

test('older secrets are a list, newest first', () => {
  const [a, b] = ['a'.repeat(32), 'b'.repeat(40)];
  expect(readConfig({ BELLWETHER_SECRET_PREVIOUS: `${a}, ${b}` }).previousSecrets).toEqual([a, b]);
  expect(readConfig({}).previousSecrets).toEqual([]);
});

describe('a wrong value stops the start with one line', () => {
  const refusals: [Record<string, string>, string | RegExp][] = [
    [{ PORT: 'abc' }, 'PORT is "abc": allowed is a whole number from 0 to 65535.'],
    [{ PORT: '70000' }, 'PORT is "70000": allowed is a whole number from 0 to 65535.'],
    [{ PORT: '3000.5' }, 'PORT is "3000.5": allowed is a whole number from 0 to 65535.'],
    [{ PUBLIC_URL: 'stats.example.com' }, 'PUBLIC_URL is "stats.example.com": allowed is an http:// or https:// address.'],
    [
      { WEB_ORIGINS: 'https://a.example.com/app' },
      'WEB_ORIGINS is "https://a.example.com/app": allowed is origins such as https://app.example.com, separated by commas.',
    ],
    [{ WEB_ORIGINS: '*' }, 'WEB_ORIGINS is "*": allowed is origins such as https://app.example.com, separated by commas.'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL is "loud": allowed is trace, debug, info, warn, error, fatal or silent.'],
    [
      { BELLWETHER_SECRET: 'short' },
      'BELLWETHER_SECRET is set (5 characters, not shown): allowed is 32 to 512 visible ASCII characters without spaces.',
    ],
    [{ BELLWETHER_SECRET_PREVIOUS: `${'a'.repeat(32)},short` }, /^BELLWETHER_SECRET_PREVIOUS is set \(38 characters, not shown\)/],
    [{ BELLWETHER_RATE_LIMITS: 'exports=10' }, /^BELLWETHER_RATE_LIMITS is "exports=10": allowed is name=number, .* person, key/],
    [{ BELLWETHER_RATE_LIMITS: 'export=many' }, /^BELLWETHER_RATE_LIMITS is/],
    [{ BELLWETHER_RATE_LIMITS: 'export' }, /^BELLWETHER_RATE_LIMITS is/],
    [{ BELLWETHER_RATE_LIMITS: 'export=1=2' }, /^BELLWETHER_RATE_LIMITS is/],
    [
      { DATABASE_URL: 'mysql://me:hunter2@db/x' },
      'DATABASE_URL is set (23 characters, not shown): allowed is postgres://user:password@host:port/database.',
    ],
    [{ REDIS_URL: 'redis://redis:6379' }, 'REDIS_URL is set (18 characters, not shown): not in this version: the bus is this machine.'],
    [{ SMTP_URL: 'http://me:hunter2@mail' }, 'SMTP_URL is set (22 characters, not shown): allowed is smtp(s)://user:password@host:port.'],
    [{ SMTP_URL: 'smtp://' }, /^SMTP_URL is set/],
    [{ SMTP_URL: 'smtp://100%:pw@mail' }, /^SMTP_URL is set/],
    [{ SMTP_URL: 'smtp://%ff:pw@mail' }, /^SMTP_URL is set/],
    [{ MAIL_FROM: 'nobody' }, 'MAIL_FROM is "nobody": allowed is an e-mail address, or Name <address>.'],
    [{ MAIL_FROM: 'A\r\nBcc: x@y.example <a@b.example>' }, /^MAIL_FROM is/],
    [
      { OUTBOUND_ALLOW: 'intranet, 10.0.0.0/33' },
      'OUTBOUND_ALLOW is "intranet, 10.0.0.0/33": allowed is host names, IP addresses or networks such as 10.0.0.0/8, separated by commas.',
    ],
    [{ OUTBOUND_ALLOW: 'http://intranet' }, /^OUTBOUND_ALLOW is/],
    [{ AUDIT_STREAM: 'udp://siem:514' }, 'AUDIT_STREAM is "udp://siem:514": allowed is file:///path, tcp://host:port or tls://host:port.'],
    [{ AUDIT_STREAM: 'tcp://siem' }, /^AUDIT_STREAM is/],
    [{ AUDIT_STREAM: 'tls://siem:6514/path' }, /^AUDIT_STREAM is/],
    [{ AUDIT_STREAM: 'file://host/log' }, /^AUDIT_STREAM is/],
    [{ AUDIT_STREAM: 'file:///log/' }, /^AUDIT_STREAM is/],
    [{ AUDIT_STREAM_PERSONAL: 'yes' }, 'AUDIT_STREAM_PERSONAL is "yes": allowed is 1 or 0.'],
    [{ BELLWETHER_ROLES: 'ingest' }, 'BELLWETHER_ROLES is "ingest": not in this version: only "all" is.'],
    [
      { BELLWETHER_TRUSTED_PROXIES: '10.0.0.0/99' },
      'BELLWETHER_TRUSTED_PROXIES is "10.0.0.0/99": allowed is IP addresses or networks such as 10.0.0.0/8, separated by commas.',
    ],
    [
      { BELLWETHER_INIT_EMAIL: 'me@example.com' },
      'BELLWETHER_INIT_PASSWORD is unset: BELLWETHER_INIT_EMAIL is set, and both are needed together.',
    ],
    [
      { BELLWETHER_INIT_WRITE_KEY: 'has spaces in it' },
      'BELLWETHER_INIT_WRITE_KEY is set (16 characters, not shown): allowed is 8 to 200 characters of A-Z a-z 0-9 . _ ~ -.',
    ],
    [
      { BELLWETHER_COUNTRY_HEADER: 'CF-IPCountry' },
      'BELLWETHER_TRUSTED_PROXIES is unset: BELLWETHER_COUNTRY_HEADER is "cf-ipcountry", which is believed only from proxies listed there.',
    ],
  ];
  test.each(refusals)('%j', (env, message) => {
    expect(() => readConfig(env)).toThrow(typeof message === 'string' ? new ConfigError(message) : message);
  });

  test('a value with line breaks stays in one line', () => {
    expect(() => readConfig({ PORT: '1\n2' })).toThrow(new ConfigError('PORT is "1\\n2": allowed is a whole number from 0 to 65535.'));
  });
});

test('the guide holds the table of all variables', async () => {
  const text = await readFile(guide, 'utf8');
  const [before, , after] = text.split(/<!-- variables -->\n|<!-- end of variables -->\n/);
  const expected = `${before}<!-- variables -->\n${configurationTable()}\n<!-- end of variables -->\n${after}`;
  if (process.env.UPDATE_DOCS === '1') await writeFile(guide, expected);
  expect(process.env.UPDATE_DOCS === '1' ? expected : text, 'run UPDATE_DOCS=1 npx vitest run src/server/config.test.ts').toBe(expected);
});
