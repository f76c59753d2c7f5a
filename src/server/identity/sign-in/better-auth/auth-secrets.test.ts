/** What better-auth encrypted is still read after a rotation, and after the older secret is gone. */
import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto';
import { expect, test } from 'vitest';
import { authResealing, authSecrets } from './auth-secrets.ts';
import type { Secrets } from '../../../sealing/secrets.ts';

const old: Secrets = { secret: 'the first secret, of thirty-two characters or more', previousSecrets: [] };
const rotated: Secrets = { secret: 'the second secret, of thirty-two characters or more', previousSecrets: [old.secret] };

/** As better-auth makes its key of the option `secrets`. */
const keyOf = (secrets: Secrets) => {
  const known = authSecrets(secrets);
  return { keys: new Map(known.map(({ version, value }) => [version, value])), currentVersion: known[0]!.version };
};

test('a rotation keeps it readable, and resealing makes the older secret unnecessary', async () => {
  const before = await symmetricEncrypt({ key: keyOf(old), data: 'totp secret' });
  expect(await symmetricDecrypt({ key: keyOf(rotated), data: before })).toBe('totp secret');
  const resealing = authResealing(rotated);
  expect(before.startsWith(resealing.newestPrefix)).toBe(false);
  const after = (await resealing.reseal(before, ''))!;
  expect(after.startsWith(resealing.newestPrefix)).toBe(true);
  expect(await symmetricDecrypt({ key: keyOf({ ...rotated, previousSecrets: [] }), data: after })).toBe('totp secret');
});

test('what none of the secrets opens is left alone', async () => {
  const foreign = await symmetricEncrypt({
    key: keyOf({ secret: 'another secret of thirty-two characters', previousSecrets: [] }),
    data: 'x',
  });
  expect(await authResealing(rotated).reseal(foreign, '')).toBeNull();
  expect(await authResealing(rotated).reseal('no envelope at all', '')).toBeNull();
});
