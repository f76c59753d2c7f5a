/** Which pages may sign people in, and what counts as the origin of a request. */
import { describe, expect, test } from 'vitest';
import { originOf, trustedOrigins } from './origins.ts';

const request = (url: string, headers: Record<string, string> = {}): Request => new Request(url, { method: 'POST', headers });

describe('trusted are', () => {
  test('on this machine the name and the number alike, with the same port', () => {
    const origins = trustedOrigins(request('http://localhost:4000/api/auth/x'), null, []);
    expect(origins).toEqual(expect.arrayContaining(['http://localhost:4000', 'http://127.0.0.1:4000', 'http://[::1]:4000']));
    expect(origins).not.toContain('http://localhost:4001');
  });

  test('the public address and the configured origins; and this machine still, by the Host header', () => {
    const origins = trustedOrigins(
      request('https://stats.example.com/api/auth/x', { host: 'localhost:3000' }),
      'https://stats.example.com/',
      ['https://app.example.com'],
    );
    expect(origins).toEqual(expect.arrayContaining(['https://stats.example.com', 'https://app.example.com', 'http://127.0.0.1:3000']));
  });

  test('not a host that only begins like this machine', () => {
    const origins = trustedOrigins(
      request('https://stats.example.com/x', { host: 'localhost.evil.example' }),
      'https://stats.example.com',
      [],
    );
    expect(origins.filter((origin) => origin !== 'https://stats.example.com')).toEqual([]);
  });
});

describe('the origin of a request is', () => {
  const url = 'http://localhost:3000/x';
  test('what the browser says', () => expect(originOf(request(url, { origin: 'https://evil.example' }))).toBe('https://evil.example'));
  test('our own, for a program that says nothing', () => expect(originOf(request(url))).toBe('http://localhost:3000'));
  test('our own, when only Sec-Fetch-Site says so', () =>
    expect(originOf(request(url, { 'sec-fetch-site': 'same-origin' }))).toBe('http://localhost:3000'));
  test('unknown, for a browser that hides it', () => expect(originOf(request(url, { 'sec-fetch-site': 'cross-site' }))).toBeNull());
});
