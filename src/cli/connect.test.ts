/** Finding the server that a command talks to, and talking to it over a bad line. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keysRoute } from '../shared/contract/keys.ts';
import { dataFolderOf, maybeLivingServer } from './connect.ts';
import { createServerClient } from './server-client.ts';

let folder: string;
let server: Server | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-connect-'));
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = null;
  await rm(folder, { recursive: true, force: true });
});

async function listen(answer: RequestListener): Promise<string> {
  const opened = createServer(answer);
  server = opened;
  await new Promise<void>((resolve) => opened.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(opened.address() as AddressInfo).port}`;
}

const note = (text: string) => writeFile(join(folder, 'server.json'), text);
const client = (url: string) => createServerClient({ url, token: 'key', signal: new AbortController().signal, now: Date.now });

describe('the server of a data folder', () => {
  test('is the one that its note names, if it answers', async () => {
    const url = await listen((_request, response) => void response.end('{}'));
    await note(JSON.stringify({ url, pid: process.pid, token: 't' }));
    expect(await maybeLivingServer(folder)).toEqual({ url, pid: process.pid, token: 't' });
  });

  test.each([
    ['there is no note', null],
    ['the note is half written', '{"url":'],
    ['its process is gone', JSON.stringify({ url: 'http://127.0.0.1:9', pid: 2 ** 22 + 1, token: 't' })],
  ])('is none when %s', async (_why, text) => {
    if (text !== null) await note(text);
    expect(await maybeLivingServer(folder)).toBeNull();
  });

  test('that hangs is said to hang, and not started a second time', async () => {
    await note(JSON.stringify({ url: 'http://127.0.0.1:9', pid: process.pid, token: 't' }));
    await expect(maybeLivingServer(folder)).rejects.toThrow('does not answer');
  });

  test('is told by option, by environment, else it is ./data', () => {
    expect(dataFolderOf({ options: { data: '/a' }, env: { BELLWETHER_DATA: '/b' } })).toBe('/a');
    expect(dataFolderOf({ options: {}, env: { BELLWETHER_DATA: '/b' } })).toBe('/b');
    expect(dataFolderOf({ options: {}, env: { BELLWETHER_DATA: ' ' } })).toBe(join(process.cwd(), 'data'));
  });
});

describe('a call', () => {
  test('that is refused says why in the words of the server', async () => {
    const url = await listen((_request, response) => void response.writeHead(403).end('{"code":"FORBIDDEN","detail":"Not you."}'));
    await expect(client(url).call(keysRoute)).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'Not you.' });
  });

  test('meets a busy server, a lost connection and a proxy, and gets through', async () => {
    let calls = 0;
    const url = await listen((request, response) => {
      calls += 1;
      if (calls === 1) response.writeHead(503, { 'retry-after': '0' }).end('{"code":"SPOOL_FULL","detail":"Later."}');
      else if (calls === 2) request.socket.destroy();
      else if (calls === 3) response.writeHead(502).end('<html>bad gateway</html>');
      else response.end('{"accepted":1,"duplicates":0,"rejected":0,"errors":[]}');
    });
    expect(await client(url).sendEvents('{}\n', {}, 20_000)).toMatchObject({ accepted: 1 });
    expect(calls).toBe(4);
  });

  test('without patience fails at once, and names the server that is not there', async () => {
    await expect(client('http://127.0.0.1:9').call(keysRoute)).rejects.toThrow('the server at http://127.0.0.1:9 does not answer');
  });

  test('in which no event could be used is an answer and not a failure', async () => {
    const body = { code: 'NOTHING_USABLE', detail: 'None.', accepted: 0, duplicates: 0, rejected: 2, errors: [] };
    const url = await listen((_request, response) => void response.writeHead(400).end(JSON.stringify(body)));
    expect(await client(url).sendEvents('x\n', {}, 0)).toEqual({ accepted: 0, duplicates: 0, rejected: 2, errors: [] });
  });
});
