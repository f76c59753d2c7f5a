/** The activity of a workspace as those follow it who see only a part: over real sockets, each their own part. */
import { afterEach, describe, expect, test } from 'vitest';
import { openTestLive, type TestClient, type TestLive } from '../../../test/fixtures/open-live.ts';
import { principalFor } from '../../../test/fixtures/principals.ts';
import { until } from '../../../test/fixtures/until.ts';
import { maskSalt, policyFor } from '../../../test/fixtures/views.ts';
import { wholeWorkspace, type Policy } from '../identity/policy.ts';
import type { Statement } from '../sql/statement.ts';
import { saltedHash } from '../warehouse/view/salt.ts';
import type { LiveParts } from './live.ts';

let server: TestLive;
afterEach(() => server.close());

describe('the channel activity, for those who see a part of the workspace', () => {
  const policies: Record<string, Policy> = {
    sales: policyFor(
      'w',
      [{ field: 'name', is: ['order', 'refund'] }],
      [
        { field: 'user', as: 'hash' },
        { field: 'properties.amount', as: 'hide' },
      ],
    ),
    support: policyFor('w', [{ field: 'user', is: ['u1'] }]),
    masked: policyFor('w', [], [{ field: 'name', as: 'hide' }]),
    pattern: policyFor('w', [{ field: 'name', matches: '^o' }]),
    persons: policyFor('w', [{ not: { field: 'person', is: ['boss'] } }]),
    broken: policyFor('w', [{ field: 'country', is: ['DE'] }]),
  };
  const authenticate: LiveParts['authenticate'] = async ({ token }) =>
    principalFor('api-key', 'w', String(token), ['ask'], { policy: policies[String(token)] ?? wholeWorkspace('w') });
  const activities = (client: TestClient) =>
    client.messages.flatMap((message) => ('channel' in message && message.channel === 'activity' ? message.activities : []));

  test('the feed has what they may see, as they may see it', async () => {
    server = await openTestLive({ authenticate });
    const [sales, alike, support, masked, whole] = await Promise.all(
      ['sales', 'sales', 'support', 'masked', 'whole'].map((token) => server.connect({ auth: { token } })),
    );
    for (const client of [sales!, alike!, support!, masked!, whole!]) {
      expect(await client.subscribe({ id: 'feed', channel: 'activity' })).toEqual({ ok: true });
    }
    expect(server.live.stats().rooms.channels).toBe(4);
    server.accept('order', 'visit', 'refund');
    await until(() => activities(sales!).length === 2 && activities(alike!).length === 2 && activities(whole!).length === 3, 'feeds');
    await until(() => activities(support!).length === 1 && activities(masked!).length === 3, 'feeds of parts');
    const hashOf = (user: string) => saltedHash(maskSalt('w'), `s${user}`);
    expect(activities(sales!)).toMatchObject([
      { name: 'order', user: hashOf('u0'), properties: {} },
      { name: 'refund', user: hashOf('u2'), properties: {} },
    ]);
    expect(JSON.stringify(sales!.messages)).not.toMatch(/visit|"u0"|"u2"|amount/);
    expect(activities(support!)).toMatchObject([{ name: 'visit', user: 'u1', properties: { amount: 2 } }]);
    expect(activities(masked!).map(({ name }) => name)).toEqual(['', '', '']);
  });

  test('begins with what the warehouse shows under the same limits', async () => {
    const asked: Statement[] = [];
    const ask = async (statement: Statement) => {
      asked.push(statement);
      const rows = [['order', Date.UTC(2026, 4, 4), 'abcd', '', '{"amount":2,"city":"Oslo"}']];
      return { columns: [], rows, rowsRead: 0, bytesRead: 0, elapsedMs: 0 };
    };
    server = await openTestLive({
      authenticate,
      warehouse: { ask, health: () => ({ state: 'ready', restarts: 0, lastError: null, pid: null }), onHealth: () => () => undefined },
    });
    const client = await server.connect({ auth: { token: 'sales' } });
    await client.subscribe({ id: 'feed', channel: 'activity' });
    await client.waitFor('feed', (messages) => messages.length === 1);
    expect(activities(client)).toMatchObject([{ name: 'order', user: 'abcd', properties: { city: 'Oslo' } }]);
    expect(asked[0]!.text).toContain('SHA256');
    expect(Object.values(asked[0]!.params)).toContainEqual(['order', 'refund']);
  });

  test('is refused where only the warehouse can tell what may be seen, and where limits are broken', async () => {
    server = await openTestLive({ authenticate });
    for (const token of ['pattern', 'persons', 'broken']) {
      const client = await server.connect({ auth: { token } });
      expect(await client.subscribe({ id: 'feed', channel: 'activity' })).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    }
  });
});
