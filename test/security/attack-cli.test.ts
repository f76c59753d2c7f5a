/** Every command that talks to a server, run with keys that must not do: it fails, prints nothing of ours, changes nothing, and each try is on the audit. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { runCommandLine } from '../../src/cli/run.ts';
import type { Terminal } from '../../src/cli/terminal/terminal.ts';
import { describeOnEachWorld } from './each-world.ts';
import { marker, password, type World } from './world.ts';
import { denialsOf, stateOf } from './world-state.ts';

type Ids = Readonly<Record<string, string>>;

/** A call of a command, and what of it a key may do that asks and nothing else. */
interface Attempt {
  words: (ids: Ids, folder: string) => string[];
  /** the operation that is refused first; null: it needs no credentials to say what it says */
  refused: string | null;
  /** a key with the scope `ask` may do this */
  mayAsk?: true;
  /** it names nothing of ours: in another workspace it reads or changes what is theirs */
  own?: 'reads' | 'changes';
  /** how it ends without a key, where that is not wrong usage */
  withoutKey?: number;
  /** with `--url` it is wrong usage */
  isLocal?: true;
}

const question = JSON.stringify({ kind: 'breakdown', metrics: [{ aggregate: 'count' }], by: ['name'] });
const local = (...words: string[]): Attempt => ({ words: () => words, refused: null, isLocal: true });

/** What each command is tried with. A command that is missing here fails the build. */
const attempts: Readonly<Record<string, readonly Attempt[]>> = {
  start: [local('start')],
  backup: [local('backup', '/nowhere')],
  restore: [local('restore', '/nowhere')],
  secret: [local('secret', 'rotate'), local('secret', 'drop')],
  // runs servers of its own on this machine
  bench: [],
  query: [{ words: () => ['query', question], refused: 'query', mayAsk: true, own: 'reads' }],
  export: [
    { words: (_, folder) => ['export', join(folder, 'stolen.ndjson')], refused: 'export', own: 'changes' },
    { words: () => ['export', '-', '--format', 'csv'], refused: 'export', own: 'reads' },
  ],
  import: [
    { words: (_, folder) => ['import', join(folder, 'planted.ndjson')], refused: 'startImport', own: 'changes' },
    { words: () => ['import', '--list'], refused: 'imports', own: 'reads' },
    { words: (ids) => ['import', '--undo', ids.import!], refused: 'undoImport' },
  ],
  simulate: [{ words: () => ['simulate', '--days', '1', '--per-day', '10'], refused: 'startImport', own: 'changes' }],
  verify: [
    { words: () => ['verify', 'audit'], refused: 'verifyAudit', own: 'changes' },
    { words: (ids) => ['verify', 'audit', '--workspace', ids.workspace!], refused: 'verifyAudit' },
    { words: () => ['verify', 'audit', '--workspace', 'installation'], refused: 'verifyAudit' },
  ],
  doctor: [{ words: () => ['doctor', '--format', 'json'], refused: 'health', own: 'reads', withoutKey: 1 }],
  key: [
    { words: () => ['key', 'list'], refused: 'keys', own: 'reads' },
    { words: () => ['key', 'create', '--name', 'planted', '--scope', 'admin'], refused: 'createKey', own: 'changes' },
    { words: (ids) => ['key', 'change', ids.key!, '--name', 'planted'], refused: 'changeKey' },
    { words: (ids) => ['key', 'rotate', ids.key!], refused: 'rotateKey' },
    { words: (ids) => ['key', 'revoke', ids.key!], refused: 'revokeKey' },
  ],
  user: [
    { words: () => ['user', 'list'], refused: 'members', own: 'reads' },
    { words: () => ['user', 'invite', 'planted@evil.example', '--role', 'owner'], refused: 'roles', own: 'changes' },
    { words: (ids) => ['user', 'withdraw', ids.invitation!], refused: 'deleteInvitation' },
    { words: () => ['user', 'role', 'viewer@ours.example', '--role', 'owner'], refused: 'members' },
    { words: (ids) => ['user', 'remove', ids.member!], refused: 'members' },
    { words: () => ['user', 'reset-link', 'owner@ours.example'], refused: 'members' },
    { words: () => ['user', 'unlock', 'viewer@ours.example'], refused: 'members' },
  ],
};

test('every command has a rule', () => {
  expect(Object.keys(attempts).toSorted()).toEqual(commands.map(({ name }) => name).toSorted());
});

/** What a run printed, and how it ended. */
interface Run {
  code: number;
  printed: string;
}

describeOnEachWorld('the command line', (open) => {
  let world: World;
  let folder: string;
  let ids: Ids;
  let before: string;
  const planted = () =>
    [join(folder, 'planted.ndjson'), `${JSON.stringify({ name: 'planted', id: 'x', time: '2025-01-01T00:00:00Z' })}\n`] as const;

  beforeAll(async () => {
    world = await open();
    folder = await mkdtemp(join(tmpdir(), 'bellwether-attack-cli-'));
    await writeFile(...planted());
    ids = { ...world.ours.ids, workspace: world.ours.id };
    before = await stateOf(world);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const makeKey = async (workspaceId: string, body: object): Promise<{ id: string; secret: string }> => {
    const { key, secret } = await world.operate<{ key: { id: string }; secret: string }>(workspaceId, 'POST', '/api/admin/keys', {
      kind: 'api',
      name: 'attacker',
      ...body,
    });
    return { id: key.id, secret };
  };
  const run = async (words: readonly string[], key: string | null): Promise<Run> => {
    let printed = '';
    const print = (line: string): void => void (printed += `${line}\n`);
    const terminal = {
      isTerminal: false,
      stdin: process.stdin,
      print,
      tell: print,
      write: async (chunk: string | Uint8Array) => void (printed += Buffer.from(chunk as Uint8Array).toString()),
      progress: { show: () => undefined, clear: () => undefined },
    } as unknown as Terminal;
    const code = await runCommandLine(commands, [...words, '--url', world.url, '--data', join(folder, 'none')], {
      terminal,
      env: key === null ? {} : { BELLWETHER_KEY: key },
      now: () => Date.now(),
      signal: new AbortController().signal,
    });
    return { code, printed };
  };
  const all = Object.values(attempts).flat();
  /** Runs each as somebody; whatever did not end with `code`, or printed a secret or a thing of ours. */
  const mistakes = async (which: readonly Attempt[], key: string | null, code = 2): Promise<string[]> => {
    const found: string[] = [];
    for (const { words, isLocal, withoutKey } of which) {
      const called = words(ids, folder);
      const result = await run(called, key);
      const wanted = isLocal === true ? 2 : key === null ? (withoutKey ?? 2) : code;
      const secrets = [marker, world.server.token, password, 'not so secret', ...(key === null ? [] : [key])];
      const leaked = secrets.filter((secret) => result.printed.includes(secret));
      if (result.code !== wanted || leaked.length > 0) found.push(`${called.join(' ')}: ${result.code} ${leaked.join()} ${result.printed}`);
    }
    return found;
  };
  const counted = (which: readonly Attempt[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { refused } of which) if (refused !== null) counts[refused] = (counts[refused] ?? 0) + 1;
    return counts;
  };
  /** How much less often than it was tried each operation was denied in the log since `from` lines of it. */
  const unrecorded = async (workspaceId: string, from: number, which: readonly Attempt[]): Promise<string[]> => {
    const log = (await denialsOf(world, workspaceId)).slice(from).map(({ action }) => action);
    return Object.entries(counted(which))
      .filter(([action, times]) => log.filter((each) => each === action).length < times)
      .map(([action, times]) => `${action}: ${log.filter((each) => each === action).length} of ${times}`);
  };

  test('without a key nothing is called', async () => {
    expect(await mistakes(all, null)).toEqual([]);
  });

  test('with a key that is none or was revoked everything fails', async () => {
    const revoked = await makeKey(world.ours.id, { scopes: ['admin', 'ask', 'ingest'] });
    await world.operate(world.ours.id, 'DELETE', `/api/admin/keys/${revoked.id}`);
    for (const key of ['nope', revoked.secret]) {
      const from = (await denialsOf(world, '')).length;
      expect(await mistakes(all, key, 1)).toEqual([]);
      expect(await unrecorded('', from, all)).toEqual([]);
    }
  });

  test('with a write key, and with one that only asks, everything else fails', async () => {
    const write = await world.operate<{ secret: string }>(world.ours.id, 'POST', '/api/admin/keys', { kind: 'write', name: 'tried' });
    const ask = await makeKey(world.ours.id, { scopes: ['events:read'] });
    for (const [key, which] of [
      [write.secret, all],
      [ask.secret, all.filter(({ mayAsk }) => mayAsk !== true)],
    ] as const) {
      const from = (await denialsOf(world, world.ours.id)).length;
      expect(await mistakes(which, key, 1)).toEqual([]);
      expect(await unrecorded(world.ours.id, from, which)).toEqual([]);
    }
  });

  test('with the key of the admin of another workspace nothing of ours is reached', async () => {
    const { secret } = await makeKey(world.theirs.id, { scopes: ['admin', 'ask'] });
    const foreign = all.filter(({ own, isLocal }) => own === undefined && isLocal !== true);
    expect(await mistakes(foreign, secret, 1)).toEqual([]);
    const reading = all.filter(({ own }) => own === 'reads');
    expect(await mistakes(reading, secret, 0)).toEqual([]);
    const denied = (await denialsOf(world, world.theirs.id)).map(({ action }) => action);
    expect(
      ['undoImport', 'changeKey', 'rotateKey', 'revokeKey', 'deleteInvitation', 'verifyAudit'].filter((action) => !denied.includes(action)),
    ).toEqual([]);
  });

  test('with a session token in place of a key, or the workspace of another, nothing is reached', async () => {
    const cookie = world.ours.people.owner!.cookie.split('=')[1]!;
    expect(await mistakes(all, decodeURIComponent(cookie), 1)).toEqual([]);
  });

  test('and nothing has changed, and no file was written', async () => {
    expect(await stateOf(world)).toBe(before);
    expect(await readdir(folder)).toEqual(['planted.ndjson']);
  });
});
