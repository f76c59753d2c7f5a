/** Sealed keys: opened by the same secret under the same label, and by nothing else. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSealer } from './sealing.ts';

const sealer = createSealer('a secret of at least thirty-two characters', randomBytes);

test('what was sealed is opened again, and looks different each time', () => {
  const sealed = sealer.seal('bw_w_key', 'k1');
  expect(sealer.maybeOpen(sealed, 'k1')).toBe('bw_w_key');
  expect(sealed).not.toContain('bw_w_key');
  expect(sealer.seal('bw_w_key', 'k1')).not.toBe(sealed);
});

test('another secret, another label, an altered or a cut text opens nothing', () => {
  const sealed = sealer.seal('bw_w_key', 'k1');
  const altered = sealed.slice(0, -2) + (sealed.endsWith('A') ? 'BB' : 'AA');
  expect(createSealer('another secret of at least thirty-two', randomBytes).maybeOpen(sealed, 'k1')).toBeNull();
  for (const [text, label] of [
    [sealed, 'k2'],
    [altered, 'k1'],
    [sealed.slice(0, 20), 'k1'],
    ['v2.abc', 'k1'],
    ['', 'k1'],
  ] as const)
    expect(sealer.maybeOpen(text, label)).toBeNull();
});
