/** Sealed texts: opened by the secrets of the installation under the same label, and by nothing else. */
import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSealer } from './sealer.ts';
import { keyIdOf } from './secrets.ts';

const first = 'the first secret, of thirty-two characters or more';
const second = 'the second secret, of thirty-two characters or more';
const only = (secret: string) => createSealer({ secret, previousSecrets: [] }, randomBytes);

/** As version 0.1 sealed. */
function sealAsBefore(secret: string, text: string, label: string): string {
  const nonce = randomBytes(12);
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'bellwether sealed keys', 32));
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`;
}

test('what was sealed is opened again, and looks different each time', () => {
  const sealer = only(first);
  const sealed = sealer.seal('bw_w_key', 'k1');
  expect(sealer.maybeOpen(sealed, 'k1')).toBe('bw_w_key');
  expect(sealed).not.toContain('bw_w_key');
  expect(sealer.seal('bw_w_key', 'k1')).not.toBe(sealed);
});

test('another secret, another label, an altered or a cut text opens nothing', () => {
  const sealer = only(first);
  const sealed = sealer.seal('bw_w_key', 'k1');
  const altered = sealed.slice(0, -2) + (sealed.endsWith('A') ? 'BB' : 'AA');
  expect(only(second).maybeOpen(sealed, 'k1')).toBeNull();
  for (const [text, label] of [
    [sealed, 'k2'],
    [altered, 'k1'],
    [sealed.slice(0, 30), 'k1'],
    [sealed.replace(keyIdOf(first), keyIdOf(second)), 'k1'],
    [sealed.replace('v2.', 'v3.'), 'k1'],
    ['v2.abc', 'k1'],
    ['v1.', 'k1'],
    ['', 'k1'],
  ] as const)
    expect(sealer.maybeOpen(text, label)).toBeNull();
});

test('an older secret opens what it sealed, and new texts are sealed under the newest', () => {
  const old = only(first).seal('text', 'label');
  const rotated = createSealer({ secret: second, previousSecrets: [first] }, randomBytes);
  expect(rotated.maybeOpen(old, 'label')).toBe('text');
  expect(rotated.needsResealing(old)).toBe(true);
  const fresh = rotated.seal('text', 'label');
  expect(rotated.needsResealing(fresh)).toBe(false);
  expect(only(second).maybeOpen(fresh, 'label')).toBe('text');
  expect(only(first).maybeOpen(fresh, 'label')).toBeNull();
});

test('what version 0.1 sealed is opened under any of the secrets, and is to be sealed anew', () => {
  const old = sealAsBefore(first, 'text', 'label');
  for (const sealer of [only(first), createSealer({ secret: second, previousSecrets: [first] }, randomBytes)]) {
    expect(sealer.maybeOpen(old, 'label')).toBe('text');
    expect(sealer.needsResealing(old)).toBe(true);
  }
  expect(only(second).maybeOpen(old, 'label')).toBeNull();
});

test('the name of a secret is always the same and tells nothing of it', () => {
  expect(keyIdOf(first)).toMatch(/^[0-9a-f]{8}$/);
  expect(keyIdOf(first)).toBe(keyIdOf(first));
  expect(keyIdOf(first)).not.toBe(keyIdOf(second));
});
