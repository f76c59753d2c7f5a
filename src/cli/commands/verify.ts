/** `bellwether verify audit`: whether anybody has changed, removed, inserted or reordered anything in the audit log. */
import { verifyAuditRoute, type AuditChainAnswer, type AuditVerification, type VerificationLine } from '../../shared/contract/audit.ts';
import { manyOption, textOption } from '../arguments.ts';
import { CommandFailed, UsageError } from '../command.ts';
import type { Call, Command } from '../command.ts';
import { withServer } from '../connect.ts';
import { readKeptHeads, type KeptHeads } from '../verifying/kept-heads.ts';

/** The command. */
export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Check that nobody has bent the audit log.',
  positionals: ['WHAT'],
  options: {
    heads: {
      value: 'FILE',
      help: 'Signed heads that were kept outside of the catalog (repeat). Only they show a log that was cut.',
      isMany: true,
    },
    workspace: { value: 'ID', help: 'Only the log of this workspace; "installation" for that of the installation.' },
    format: { value: 'FORMAT', help: 'How to print the result. Default: text.', choices: ['text', 'json'] },
  },
  notes: [
    'WHAT is "audit". Every entry is hashed again, every head and its signature is checked; each finding says where it is.',
    'Heads are signed every minute. Entries after the last head are reported as not sealed yet: what somebody does to them before',
    'they are sealed cannot be told. Exit code 1 if anything is found.',
  ],
  examples: [
    'bellwether verify audit',
    'bellwether verify audit --heads /mnt/elsewhere/heads.jsonl',
    'bellwether verify audit --workspace w_7f3k',
  ],
  async run(call) {
    const [what = ''] = call.args;
    if (what !== 'audit') throw new UsageError(`WHAT "${what}" is not allowed. Allowed: audit`);
    const workspaceId = workspaceOption(call);
    const files = manyOption(call.options, 'heads');
    const kept = files.length === 0 ? null : await readKeptHeads(files, workspaceId);
    return withServer(call, async ({ client, kind }) => {
      const others = kind === 'given' ? 'own' : 'all';
      const body = {
        log: workspaceId === null ? others : { workspaceId },
        ...(kept === null ? {} : { heads: kept.heads }),
        stream: true,
      } as const;
      const verification = await follow(call, await client.stream(verifyAuditRoute, { body }));
      report(call, verification, kept);
      return verification.ok ? 0 : 1;
    });
  },
};

/** The id of --workspace; '' is the installation, null all. */
function workspaceOption({ options }: Call): string | null {
  const given = textOption(options, 'workspace') ?? null;
  return given === 'installation' ? '' : given;
}

async function follow({ terminal, now }: Call, bytes: AsyncIterable<Uint8Array>): Promise<AuditVerification> {
  const startedAt = now();
  for await (const line of lines(bytes)) {
    if ('problem' in line) throw new CommandFailed(line.problem.detail);
    if ('verification' in line) {
      terminal.progress.clear();
      return line.verification;
    }
    const ratio = line.total === 0 ? null : line.checked / line.total;
    terminal.progress.show({ label: 'verify', ratio, count: line.checked, unit: 'entries', startedAt });
  }
  throw new CommandFailed('the server broke off; the audit log was not verified');
}

async function* lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<VerificationLine> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield JSON.parse(part) as VerificationLine;
  }
}

const count = (value: number): string => value.toLocaleString('en-US');
const nameOf = (workspaceId: string): string => (workspaceId === '' ? 'installation' : `workspace ${workspaceId}`);

function report({ terminal, options }: Call, verification: AuditVerification, kept: KeptHeads | null): void {
  if (textOption(options, 'format') === 'json') return terminal.print(JSON.stringify(verification, null, 2));
  const { ok, entries, chains, findings, moreFindings, unsealed, durationMs } = verification;
  for (const chain of chains) terminal.print(chainLine(chain));
  for (const { workspaceId, what, isSealed, message } of findings)
    terminal.print(`${what.toUpperCase().padEnd(10)} ${nameOf(workspaceId)}: ${message}${isSealed ? '' : ' (not sealed)'}`);
  if (moreFindings > 0) terminal.print(`... and ${count(moreFindings)} more`);
  if (kept !== null)
    terminal.print(
      `heads kept outside: ${count(verification.givenHeads ?? 0)} of ${count(kept.heads.length)} that were compared are in the catalog`,
    );
  const all = `${count(entries)} entries in ${count(chains.length)} ${chains.length === 1 ? 'log' : 'logs'}, ${(durationMs / 1000).toFixed(1)} s`;
  const open = unsealed === 0 ? '' : `; ${count(unsealed)} are not sealed yet`;
  terminal.print(ok ? `ok: ${all}${open}` : `BENT: ${count(findings.length + moreFindings)} found in ${all}${open}`);
}

function chainLine({ workspaceId, entries, sealedTo, lastHeadAt, unsealed }: AuditChainAnswer): string {
  const seal = lastHeadAt === null ? 'not sealed yet' : `sealed up to ${count(sealedTo)} (${lastHeadAt})`;
  return `${nameOf(workspaceId)}: ${count(entries)} entries, ${seal}${lastHeadAt === null || unsealed === 0 ? '' : `, ${count(unsealed)} after that`}`;
}
