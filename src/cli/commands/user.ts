/** `bellwether user`: the people of a workspace, listed, invited, given a role, taken out, and let in again. */
import {
  changeMemberRoute,
  createInvitationRoute,
  deleteInvitationRoute,
  membersRoute,
  removeMemberRoute,
  resetLinkRoute,
  unlockPersonRoute,
  type MemberAnswer,
} from '../../shared/contract/members.ts';
import { rolesRoute } from '../../shared/contract/roles.ts';
import { numberOption, textOption } from '../arguments.ts';
import { CommandFailed, UsageError } from '../command.ts';
import type { Call, Command } from '../command.ts';
import { withServer } from '../connect.ts';
import type { Connection } from '../connect.ts';
import type { ServerClient } from '../server-client.ts';
import { formatRows, rowFormats } from '../terminal/formats.ts';
import type { RowFormat } from '../terminal/formats.ts';

/** What can be done, with what stands for WHO; null: nothing does. */
const doings: Readonly<Record<string, { who: string | null; run: (call: Call, connection: Connection, who: string) => Promise<number> }>> =
  {
    list: { who: null, run: list },
    invite: { who: 'an e-mail address, or "link"', run: invite },
    withdraw: { who: 'the id of an invitation', run: withdraw },
    role: { who: 'an e-mail address', run: giveRole },
    remove: { who: 'an e-mail address', run: remove },
    'reset-link': { who: 'an e-mail address', run: offerReset },
    unlock: { who: 'an e-mail address', run: unlock },
  };

/** The command. */
export const userCommand: Command = {
  name: 'user',
  summary: 'List, invite and remove people, give them a role, let them in again.',
  positionals: ['ACTION', '[WHO]'],
  options: {
    role: { value: 'ROLE', help: 'Name or id of a role: of who is invited (default: viewer), or the new one of WHO.' },
    days: { value: 'N', help: 'Days for which an invitation holds. Default: 7.' },
    workspace: { value: 'ID', help: 'Which of several workspaces. Default: the oldest, or the one of the key.' },
    format: { value: 'FORMAT', help: 'Format of the list. Default: a table on a terminal, json in a pipe.', choices: rowFormats },
  },
  notes: [
    `ACTION is one of ${Object.keys(doings).join(', ')}. WHO is the e-mail address of a member, or their id.`,
    'An invitation goes out by mail where SMTP_URL is set; else its link is printed, to be handed over. "invite link" makes one for whoever has the link.',
  ],
  examples: [
    'bellwether user list',
    'bellwether user invite ada@example.com --role analyst',
    'bellwether user invite link --days 1',
    'bellwether user role ada@example.com --role admin',
    'bellwether user reset-link ada@example.com',
    'bellwether user remove ada@example.com',
  ],
  async run(call) {
    const [action = '', who] = call.args;
    const doing = doings[action];
    if (doing === undefined) throw new UsageError(`ACTION "${action}" is not allowed. Allowed: ${Object.keys(doings).join(', ')}`);
    if (doing.who === null && who !== undefined) throw new UsageError(`"${who}" is one argument too many for "user ${action}"`);
    if (doing.who !== null && who === undefined) throw new UsageError(`"user ${action}" needs WHO: ${doing.who}`);
    return withServer(call, (connection) => doing.run(call, connection, who ?? ''));
  },
};

async function list({ options, terminal }: Call, { client }: Connection): Promise<number> {
  const { people, total, invitations } = await client.call(membersRoute, { query: { limit: 5_000 } });
  const format = (textOption(options, 'format') ?? (terminal.isTerminal ? 'table' : 'json')) as RowFormat;
  const columns = ['id', 'name', 'email', 'role', 'groups', 'two factor', 'locked', 'last seen', 'state'].map((name) => ({
    name,
    isNumber: false,
  }));
  const members = people.map((person) => [
    person.id,
    person.name,
    person.email,
    person.role.name,
    person.groups.map(({ name }) => name).join(' '),
    person.twoFactor ? 'yes' : 'no',
    person.isLocked ? 'yes' : 'no',
    person.lastSeenAt,
    person.isOperator ? 'operator' : 'member',
  ]);
  const invited = invitations.map(({ id, email, role, groups, isExpired }) => {
    const groupNames = groups.map(({ name }) => name).join(' ');
    return [id, null, email, role.name, groupNames, null, null, null, isExpired ? 'invitation expired' : 'invited'];
  });
  await terminal.write(formatRows({ columns, rows: [...members, ...invited] }, format));
  if (total > people.length) terminal.tell(`${total - people.length} more people are not shown`);
  return 0;
}

async function invite(call: Call, connection: Connection, who: string): Promise<number> {
  const { client } = connection;
  const email = who === 'link' ? null : who;
  const role = await roleId(client, textOption(call.options, 'role') ?? 'viewer');
  const expiresInDays = numberOption(call.options, 'days', 7, { min: 1, max: 90, isWhole: true });
  const { invitation, link, sent } = await client.call(createInvitationRoute, { body: { email, role, expiresInDays } });
  call.terminal.tell(
    sent
      ? `sent an invitation to ${who} (${invitation.id})`
      : `made the invitation ${invitation.id}; its link works once, until ${invitation.expiresAt}, and is not shown again:`,
  );
  if (link !== null) call.terminal.print(lastingLink(call, connection, link));
  return 0;
}

async function withdraw({ terminal }: Call, { client }: Connection, id: string): Promise<number> {
  await client.call(deleteInvitationRoute, { params: { id } });
  terminal.print(`withdrew ${id}`);
  return 0;
}

async function giveRole({ options, terminal }: Call, { client }: Connection, who: string): Promise<number> {
  const wanted = textOption(options, 'role');
  if (wanted === undefined) throw new UsageError('"user role" needs --role ROLE: the new role');
  const { id } = await findMember(client, who);
  const { person } = await client.call(changeMemberRoute, { params: { id }, body: { role: await roleId(client, wanted) } });
  terminal.print(`${person.email} is ${person.role.name}`);
  return 0;
}

async function remove({ terminal }: Call, { client }: Connection, who: string): Promise<number> {
  const { id, email } = await findMember(client, who);
  await client.call(removeMemberRoute, { params: { id } });
  terminal.print(`removed ${email}`);
  return 0;
}

async function offerReset(call: Call, connection: Connection, who: string): Promise<number> {
  const { id, email } = await findMember(connection.client, who);
  const { sent, link } = await connection.client.call(resetLinkRoute, { params: { id } });
  call.terminal.tell(sent ? `sent ${email} a link for a new password` : `the link works once, within an hour, and is not shown again:`);
  if (link !== null) call.terminal.print(lastingLink(call, connection, link));
  return 0;
}

async function unlock({ terminal }: Call, { client }: Connection, who: string): Promise<number> {
  const { id, email } = await findMember(client, who);
  await client.call(unlockPersonRoute, { params: { id } });
  terminal.print(`unlocked ${email}`);
  return 0;
}

/** The member of that address or id. @throws CommandFailed */
async function findMember(client: ServerClient, who: string): Promise<MemberAnswer> {
  const isAddress = who.includes('@');
  const { people } = await client.call(membersRoute, { query: { limit: 5_000, ...(isAddress ? { text: who } : {}) } });
  const found = people.find(({ id, email }) => id === who || email.toLowerCase() === who.toLowerCase());
  if (found === undefined) throw new CommandFailed(`there is no member "${who}" in this workspace; "user list" shows them`);
  return found;
}

/** The id of the role of that name or id. @throws CommandFailed */
async function roleId(client: ServerClient, wanted: string): Promise<string> {
  const { roles } = await client.call(rolesRoute);
  const found = roles.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted.toLowerCase());
  if (found === undefined) throw new CommandFailed(`there is no role "${wanted}"; there are ${roles.map(({ name }) => name).join(', ')}`);
  return found.id;
}

/** A server that was started for this command is gone when the link is used: it leads to where the lasting one will be. */
function lastingLink({ env }: Call, { kind }: Connection, link: string): string {
  if (kind !== 'own') return link;
  const { pathname, hash } = new URL(link);
  return `${(env.PUBLIC_URL ?? `http://localhost:${env.PORT ?? '3000'}`).replace(/\/$/, '')}${pathname}${hash}`;
}
