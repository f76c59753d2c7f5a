/** NDJSON and load over a real socket: senders that hang up, and more at once than memory is set aside for. */
import { connect, type Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installIngest, type MemoryIngest } from '../../../../test/fixtures/open-ingest-server.ts';
import { until } from '../../../../test/fixtures/until.ts';
import { installProblemEdge } from '../problem-edge.ts';
import { installLoadBound } from './load.ts';

let app: FastifyInstance;
let ingest: MemoryIngest;
const logged: string[] = [];

beforeEach(() => {
  logged.length = 0;
  app = Fastify({ forceCloseConnections: true, logger: { level: 'error', stream: { write: (line: string) => void logged.push(line) } } });
});
afterEach(() => app.close());

async function dial(): Promise<Socket> {
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  const socket = connect(Number(port), '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

test('what arrived whole before a sender hung up is kept, in steps, and nothing else', async () => {
  ingest = installIngest(app, Date.now);
  const socket = await dial();
  socket.write(
    'POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer wk_good\r\ncontent-type: application/x-ndjson\r\ncontent-length: 99999999\r\n\r\n',
  );
  const line = `${JSON.stringify({ name: 'n', properties: { pad: 'x'.repeat(1_000) } })}\n`;
  socket.write(line.repeat(2_500));
  await until(() => ingest.spool.entries.length >= 2, 'two steps');
  socket.destroy();
  const closed = app.inject({
    method: 'POST',
    url: '/v1/events',
    payload: '{"name":"next"}',
    headers: { authorization: 'Bearer wk_good' },
  });
  expect((await closed).statusCode).toBe(200);
  const names = ingest.spool.rows('events').map((row) => row['name']);
  expect(names.filter((name) => name === 'n').length).toBeGreaterThan(2_000);
  expect(names.at(-1)).toBe('next');
  expect(logged).toEqual([]);
});

test('more bytes at once than allowed are asked to come back, until others are done', async () => {
  installProblemEdge(app);
  let isReached = false;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  app.register(async (scope) => {
    installLoadBound(scope, 1_000);
    scope.post('/slow', () => {
      isReached = true;
      return finished.then(() => ({}));
    });
  });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const post = (sizeBytes: number) =>
    fetch(`${address}/slow`, {
      method: 'POST',
      body: JSON.stringify('x'.repeat(sizeBytes)),
      headers: { 'content-type': 'application/json' },
    });
  const first = post(5_000);
  await until(() => isReached, 'the first request');
  const refused = await post(10);
  expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toMatchObject([429, '1', { code: 'RATE_LIMITED' }]);
  finish();
  expect((await first).status).toBe(200);
  await until(async () => (await post(10)).status === 200, 'room for another');
});
