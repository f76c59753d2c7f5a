/** `bellwether key`: the keys of the workspace, listed, made, changed, rotated and revoked. */
import {
  changeKeyRoute,
  createKeyRoute,
  keyScopes,
  keysRoute,
  longestOverlapHours,
  revokeKeyRoute,
  rotateKeyRoute,
  scopeBundles,
  type KeyAnswer,
  type KeyScope,
} from '../../shared/contract/keys.ts';
import { manyOption, numberOption, textOption } from '../arguments.ts';
import { UsageError } from '../command.ts';
import type { Call, Command, OptionValues } from '../command.ts';
import { withServer } from '../connect.ts';
import type { ServerClient } from '../server-client.ts';
import { formatRows, rowFormats } from '../terminal/formats.ts';
import type { RowFormat } from '../terminal/formats.ts';

const actions = ['list', 'create', 'change', 'rotate', 'revoke'] as const;
type Action = (typeof actions)[number];

/** The options that each action takes, besides those of every command. */
const optionsByAction: Readonly<Record<Action, readonly string[]>> = {
  list: ['format'],
  create: ['kind', 'name', 'scope', 'role', 'expires', 'calls-per-minute', 'origin', 'address'],
  change: ['name', 'expires', 'calls-per-minute', 'origin', 'address'],
  rotate: ['overlap'],
  revoke: [],
};

/** The command. */
export const keyCommand: Command = {
  name: 'key',
  summary: 'List, create, change, rotate and revoke keys.',
  positionals: ['ACTION', '[ID]'],
  options: {
    kind: { value: 'KIND', help: 'Of a new key: write keys send events, api keys ask. Default: api.', choices: ['write', 'api'] },
    name: { value: 'NAME', help: 'What the key is for.' },
    scope: {
      value: 'SCOPE',
      help: `What a new api key may do: ${scopeBundles.join(', ')}, operator, or a permission such as events:read. Default: ask.`,
      isMany: true,
    },
    role: { value: 'ROLE', help: 'Of a new api key: the id of the role that bounds what it may do and see.' },
    expires: { value: 'DATE', help: 'When the key ends: a date or instant such as 2027-01-31 or 2027-01-31T12:00Z; "never" in a change.' },
    'calls-per-minute': { value: 'NUMBER', help: 'Calls that are taken in a minute; 0 in a change: as many as others.' },
    origin: { value: 'ORIGIN', help: 'Page that may use the key, such as https://shop.example.com; "any" in a change.', isMany: true },
    address: { value: 'NETWORK', help: 'Network that may use the key, such as 10.1.0.0/16; "any" in a change.', isMany: true },
    overlap: { value: 'HOURS', help: 'Of a rotation: so long the key before works too. Default: 24.' },
    format: { value: 'FORMAT', help: 'Format of the list. Default: a table on a terminal, json in a pipe.', choices: rowFormats },
  },
  notes: [`ACTION is one of ${actions.join(', ')}. A key is shown once, when it is made or rotated; keep it then.`],
  examples: [
    'bellwether key list',
    'bellwether key create --name "nightly report" --expires 2027-01-31 --address 10.1.0.0/16',
    'bellwether key create --kind write --name shop --origin https://shop.example.com',
    'bellwether key rotate k_7hk2pq3m4n5b6v7c --overlap 48',
    'bellwether key revoke k_7hk2pq3m4n5b6v7c',
  ],
  async run(call) {
    const { action, id } = parseAction(call);
    if (action === 'create') return create(call);
    return withServer(call, ({ client }) => {
      if (action === 'list') return list(call, client);
      if (action === 'change') return change(call, client, id);
      return action === 'rotate' ? rotate(call, client, id) : revoke(call, client, id);
    });
  },
};

function parseAction({ args, options }: Call): { action: Action; id: string } {
  const [word, id] = args;
  const action = actions.find((each) => each === word);
  if (action === undefined) throw new UsageError(`ACTION "${word}" is not allowed. Allowed: ${actions.join(', ')}`);
  const needsId = action !== 'list' && action !== 'create';
  if (needsId && id === undefined) throw new UsageError(`"key ${action}" needs ID; "key list" shows them`);
  if (!needsId && id !== undefined) throw new UsageError(`"${id}" is one argument too many for "key ${action}"`);
  const foreign = Object.keys(optionsByAction)
    .flatMap((each) => optionsByAction[each as Action])
    .find((name) => options[name] !== undefined && !optionsByAction[action].includes(name));
  if (foreign !== undefined) throw new UsageError(`--${foreign} is not an option of "key ${action}"`);
  return { action, id: id ?? '' };
}

async function list({ options, terminal }: Call, client: ServerClient): Promise<number> {
  const { keys } = await client.call(keysRoute);
  const format = (textOption(options, 'format') ?? (terminal.isTerminal ? 'table' : 'json')) as RowFormat;
  const columns = ['id', 'kind', 'name', 'prefix', 'scopes', 'role', 'created', 'expires', 'last used', 'from', 'revoked'];
  await terminal.write(formatRows({ columns: columns.map((name) => ({ name, isNumber: false })), rows: keys.map(rowOf) }, format));
  return 0;
}

function rowOf(key: KeyAnswer): (string | null)[] {
  const { id, kind, name, prefix, scopes, role, createdAt, expiresAt, lastUsedAt, lastUsedFrom, revokedAt } = key;
  return [id, kind, name, prefix, scopes.join(' '), role?.name ?? null, createdAt, expiresAt, lastUsedAt, lastUsedFrom, revokedAt];
}

async function create(call: Call): Promise<number> {
  const { options } = call;
  const kind = textOption(options, 'kind') === 'write' ? 'write' : 'api';
  const name = textOption(options, 'name');
  if (name === undefined || name.trim() === '') throw new UsageError('"key create" needs --name NAME: what the key is for');
  const scopes = manyOption(options, 'scope').map(parseScope);
  const role = textOption(options, 'role');
  if (kind === 'write' && (scopes.length > 0 || role !== undefined))
    throw new UsageError('--scope and --role are for api keys; a write key can do nothing but send events');
  const given = { ...(scopes.length > 0 ? { scopes } : {}), ...(role === undefined ? {} : { role }) };
  const body = { kind, name, ...given, ...limitsOf(options) } as const;
  return withServer(call, async ({ client }) => {
    const { key, secret } = await client.call(createKeyRoute, { body });
    call.terminal.tell(`made the ${kind} key ${key.id} (${key.scopes.join(' ')}); it is not shown again:`);
    call.terminal.print(secret);
    return 0;
  });
}

async function change({ options, terminal }: Call, client: ServerClient, id: string): Promise<number> {
  const name = textOption(options, 'name');
  const body = { ...(name === undefined ? {} : { name }), ...limitsOf(options) };
  if (Object.keys(body).length === 0) throw new UsageError(`"key change" needs one of --${optionsByAction.change.join(', --')}`);
  await client.call(changeKeyRoute, { params: { id }, body });
  terminal.print(`changed ${id}`);
  return 0;
}

async function rotate({ options, terminal }: Call, client: ServerClient, id: string): Promise<number> {
  const overlapHours = numberOption(options, 'overlap', 24, { min: 0, max: longestOverlapHours });
  const { key, secret } = await client.call(rotateKeyRoute, { params: { id }, body: { overlapHours } });
  const until = key.overlapEndsAt === null ? 'works no longer' : `works until ${key.overlapEndsAt}`;
  terminal.tell(`the secret before ${until}; the new one is not shown again:`);
  terminal.print(secret);
  return 0;
}

async function revoke({ terminal }: Call, client: ServerClient, id: string): Promise<number> {
  await client.call(revokeKeyRoute, { params: { id } });
  terminal.print(`revoked ${id}`);
  return 0;
}

function parseScope(text: string): KeyScope {
  const scope = keyScopes.find((each) => each === text);
  if (scope === undefined) throw new UsageError(`--scope "${text}" is not allowed. Allowed: ${keyScopes.join(', ')}`);
  return scope;
}

/** The limits that the options name; the server checks them. */
function limitsOf(options: OptionValues) {
  const expires = textOption(options, 'expires');
  const [origins, addresses] = [manyOption(options, 'origin'), manyOption(options, 'address')];
  const callsPerMinute = numberOption(options, 'calls-per-minute', -1, { min: 0, max: 10_000_000, isWhole: true });
  return {
    ...(expires === undefined ? {} : { expiresAt: expires === 'never' ? null : parseDate(expires) }),
    ...(callsPerMinute < 0 ? {} : { callsPerMinute: callsPerMinute === 0 ? null : callsPerMinute }),
    ...(origins.length === 0 ? {} : { origins: origins.filter((each) => each !== 'any') }),
    ...(addresses.length === 0 ? {} : { addresses: addresses.filter((each) => each !== 'any') }),
  };
}

function parseDate(text: string): string {
  const isDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const instantMs = isDate ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instantMs))
    throw new UsageError(
      `--expires "${text}" is not allowed. Allowed: a date (its midnight in UTC) or an instant, such as 2027-01-31T12:00Z`,
    );
  return new Date(instantMs).toISOString();
}
