/** The audit log as a stream: every line arrives, whatever becomes of the receiver, and nothing waits for it. */
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileSink } from '../../src/server/adapters/line-sink/file-sink.ts';
import { socketSink } from '../../src/server/adapters/line-sink/socket-sink.ts';
import { PersonKeyring } from '../../src/server/audit/personal.ts';
import { jsonLines } from '../../src/server/audit/stream/stream-line.ts';
import { startStream, type AuditStream } from '../../src/server/audit/stream/stream.ts';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import type { LineSink } from '../../src/server/ports/line-sink.ts';
import { createSealer } from '../../src/server/sealing/sealer.ts';
import { describeOnEachCatalog } from '../fixtures/each-catalog.ts';
import { auditSecrets, openTestAudit, sampleEntry } from '../fixtures/open-audit.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { until } from '../fixtures/until.ts';

interface Line {
  type: 'entry' | 'head';
  workspace: string;
  seq: number;
  head?: number;
  personal?: unknown;
  actor?: { id: string; name: string | null };
}

/** A receiver that can be taken away. */
class Receiver {
  lines: Line[] = [];
  port = 0;
  #server: Server | null = null;
  readonly #sockets = new Set<Socket>();

  async start(): Promise<void> {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      let rest = '';
      socket.on('data', (chunk) => {
        const parts = (rest + chunk.toString()).split('\n');
        rest = parts.pop()!;
        for (const part of parts) this.lines.push(JSON.parse(part) as Line);
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => this.#server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server!.close(resolve));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#sockets.clear();
    await closed;
  }
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-stream-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open = (catalog: Catalog, sink: LineSink, more: { holder?: string; isPersonal?: boolean } = {}): AuditStream =>
  startStream({
    db: catalog.db,
    keyring: new PersonKeyring(createSealer(auditSecrets, randomBytes), randomBytes),
    sink,
    lines: jsonLines,
    target: 'test',
    holder: 'node 1',
    isPersonal: false,
    clock: Date,
    log: silentLog,
    leaseMs: 900,
    ...more,
  });

describeOnEachCatalog('the audit stream', (place) => {
  const use = async (work: (catalog: Catalog) => Promise<void>): Promise<void> => {
    const catalog = await (await place()).open();
    try {
      await work(catalog);
    } finally {
      await catalog.close();
    }
  };

  test('a receiver that goes away and comes back has every line in the end, in order', () =>
    use(async (catalog) => {
      const { audit } = openTestAudit(catalog);
      const receiver = new Receiver();
      await receiver.start();
      const stream = open(
        catalog,
        socketSink({ host: '127.0.0.1', port: receiver.port, isTls: false }, { connectMs: 1_000, stallMs: 1_000, settleMs: 200 }),
      );
      audit.listen(() => stream.nudge());
      const seqs = () =>
        new Set(receiver.lines.filter(({ type, workspace }) => type === 'entry' && workspace === 'w1').map(({ seq }) => seq));
      let recorded = 0;
      const record = async (count: number) => {
        for (let i = 0; i < count; i++) await audit.record(sampleEntry(++recorded));
      };
      await record(20);
      await until(() => seqs().size === 20, 'the first entries');
      await record(5);
      await receiver.stop();
      await until(() => stream.state().lastError !== null, 'the break to be noticed');
      // nothing waits for the receiver
      await record(30);
      await audit.signHeads();
      await receiver.start();
      await until(() => seqs().size === 55 && receiver.lines.some(({ type }) => type === 'head'), 'everything');
      expect(stream.state()).toEqual({ isConnected: true, lastError: null });
      const firstSeen = receiver.lines.filter(({ type, workspace }) => type === 'entry' && workspace === 'w1').map(({ seq }) => seq);
      expect([...new Set(firstSeen)]).toEqual(Array.from({ length: 55 }, (_, i) => i + 1));
      const headAt = receiver.lines.findIndex(({ type, workspace }) => type === 'head' && workspace === 'w1');
      expect(receiver.lines.slice(0, headAt).some(({ seq }) => seq === receiver.lines[headAt]!.seq)).toBe(true);
      expect(receiver.lines.some(({ personal }) => personal !== undefined)).toBe(false);
      expect(JSON.stringify(receiver.lines)).not.toContain('example.com');
      await stream.close();
      await receiver.stop();
    }));

  test('a file takes each line once, goes on after a restart, and may be moved away', () =>
    use(async (catalog) => {
      const file = join(folder, `stream-${catalog.dialect}.jsonl`);
      const { audit } = openTestAudit(catalog);
      const lines = async (name = file) =>
        (await readFile(name, 'utf8').catch(() => ''))
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line) as Line);
      for (let i = 0; i < 1_200; i += 100) await Promise.all(Array.from({ length: 100 }, (_, each) => audit.record(sampleEntry(i + each))));
      await audit.signHeads();
      const first = open(catalog, fileSink(file), { isPersonal: true });
      await until(async () => (await lines()).length === 1_203, 'all lines');
      await first.close();
      expect((await lines()).find(({ workspace }) => workspace === 'w1')).toMatchObject({
        personal: [{ personId: 'p0', fields: { email: 'person0@example.com' } }],
      });
      await rename(file, `${file}.1`);
      await audit.record(sampleEntry(1));
      const second = open(catalog, fileSink(file), { holder: 'node 2' });
      await until(async () => (await lines()).length === 1, 'the next line');
      await second.close();
      expect(await lines()).toMatchObject([{ type: 'entry', workspace: 'w1', seq: 1_201 }]);
      expect(new Set((await lines(`${file}.1`)).map(({ type, workspace, seq }) => `${type} ${workspace} ${seq}`)).size).toBe(1_203);
    }));

  test('of several nodes one feeds the stream, and another takes over', () =>
    use(async (catalog) => {
      const file = join(folder, `shared-${catalog.dialect}.jsonl`);
      const { audit } = openTestAudit(catalog);
      const nodes = ['node 1', 'node 2'].map((holder) => open(catalog, fileSink(file), { holder }));
      const count = async () => (await readFile(file, 'utf8').catch(() => '')).split('\n').length - 1;
      await audit.record(sampleEntry(1));
      for (const node of nodes) node.nudge();
      await until(async () => (await count()) === 2, 'the lines of the node that feeds');
      const feeding = nodes.findIndex((node) => node.state().isConnected);
      await nodes[feeding]!.close();
      await audit.record(sampleEntry(2));
      nodes[1 - feeding]!.nudge();
      await until(async () => (await count()) === 3, 'the line of the other node');
      await nodes[1 - feeding]!.close();
    }));
});
