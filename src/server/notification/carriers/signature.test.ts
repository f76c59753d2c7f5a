/** Signatures that other people's libraries accept. */
import { expect, test } from 'vitest';
import { makeWebhookSecret, webhookHeaders } from './signature.ts';

const known = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
  secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
};

test('the published example is signed as published', () => {
  expect(webhookHeaders(known)).toEqual({
    'webhook-id': known.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('with two secrets there are two signatures, the newer first', () => {
  const secrets = [makeWebhookSecret((count) => new Uint8Array(count).fill(7)), ...known.secrets];
  const signatures = webhookHeaders({ ...known, secrets })['webhook-signature']!.split(' ');
  expect(signatures).toHaveLength(2);
  expect(signatures[1]).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('a secret is 32 random bytes', () => {
  const secret = makeWebhookSecret((count) => new Uint8Array(count).fill(255));
  expect(secret).toMatch(/^whsec_/);
  expect(Buffer.from(secret.slice(6), 'base64')).toEqual(Buffer.alloc(32, 255));
});
