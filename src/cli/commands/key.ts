/** `bellwether key`: the keys of the workspace, listed, made and revoked. */
import { createKeyRoute, keyScopes, keysRoute, revokeKeyRoute } from '../../shared/contract/keys.ts';
import { manyOption, textOption } from '../arguments.ts';
import { UsageError } from '../command.ts';
import type { Call, Command } from '../command.ts';
import { withServer } from '../connect.ts';
import type { ServerClient } from '../server-client.ts';
import { formatRows, rowFormats } from '../terminal/formats.ts';
import type { RowFormat } from '../terminal/formats.ts';

const actions = ['list', 'create', 'revoke'] as const;

/** The command. */
export const keyCommand: Command = {
  name: 'key',
  summary: 'List, create and revoke keys.',
  positionals: ['ACTION', '[ID]'],
  options: {
    kind: { value: 'KIND', help: 'Of a new key: write keys send events, api keys ask. Default: api.', choices: ['write', 'api'] },
    name: { value: 'NAME', help: 'Of a new key: what it is for.' },
    scope: { value: 'SCOPE', help: 'What a new api key may do. Default: ask.', choices: keyScopes, isMany: true },
    format: { value: 'FORMAT', help: 'Format of the list. Default: a table on a terminal, json in a pipe.', choices: rowFormats },
  },
  notes: [`ACTION is one of ${actions.join(', ')}. A key is shown once, when it is made; keep it then.`],
  examples: [
    'bellwether key list',
    'bellwether key create --name "nightly report"',
    'bellwether key create --kind write --name shop',
    'bellwether key revoke 7hK2p',
  ],
  async run(call) {
    const [action, id] = call.args;
    if (action === 'revoke' && id === undefined) throw new UsageError('"key revoke" needs ID; "key list" shows them');
    if (action !== 'revoke' && id !== undefined) throw new UsageError(`"${id}" is one argument too many for "key ${action}"`);
    if (action === 'list') return withServer(call, ({ client }) => list(call, client));
    if (action === 'create') return create(call);
    if (action === 'revoke' && id !== undefined) return withServer(call, ({ client }) => revoke(call, client, id));
    throw new UsageError(`ACTION "${action}" is not allowed. Allowed: ${actions.join(', ')}`);
  },
};

async function list({ options, terminal }: Call, client: ServerClient): Promise<number> {
  const { keys } = await client.call(keysRoute);
  const format = (textOption(options, 'format') ?? (terminal.isTerminal ? 'table' : 'json')) as RowFormat;
  const columns = ['id', 'kind', 'name', 'prefix', 'scopes', 'created', 'last used', 'revoked'].map((name) => ({ name, isNumber: false }));
  const rows = keys.map((key) => [
    key.id,
    key.kind,
    key.name,
    key.prefix,
    key.scopes.join(' '),
    key.createdAt,
    key.lastUsedAt,
    key.revokedAt,
  ]);
  await terminal.write(formatRows({ columns, rows }, format));
  return 0;
}

async function create(call: Call): Promise<number> {
  const kind = textOption(call.options, 'kind') === 'write' ? 'write' : 'api';
  const name = textOption(call.options, 'name');
  if (name === undefined || name.trim() === '') throw new UsageError('"key create" needs --name NAME: what the key is for');
  const scopes = manyOption(call.options, 'scope') as (typeof keyScopes)[number][];
  if (kind === 'write' && scopes.length > 0) throw new UsageError('--scope is for api keys; a write key can do nothing but send events');
  return withServer(call, async ({ client }) => {
    const body = { kind, name, ...(scopes.length > 0 ? { scopes } : {}) } as const;
    const { key, secret } = await client.call(createKeyRoute, { body });
    call.terminal.tell(`made the ${kind} key ${key.id} (${key.scopes.join(' ')}); it is not shown again:`);
    call.terminal.print(secret);
    return 0;
  });
}

async function revoke({ terminal }: Call, client: ServerClient, id: string): Promise<number> {
  await client.call(revokeKeyRoute, { params: { id } });
  terminal.print(`revoked ${id}`);
  return 0;
}
