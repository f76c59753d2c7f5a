/** A server that answers: its stores, its spool, whether its ingest ledger balances. */
import { ledgerRoute } from '../../shared/contract/ledger.ts';
import { healthRoute } from '../../shared/contract/system.ts';
import type { LedgerCounts } from '../../shared/model/ledger.ts';
import { fail, ok, sizeText, warn } from './check.ts';
import type { Finding, ServerCheck } from './check.ts';

const lateMs = 60_000;
const skewMs = 5_000;

/** Version, stores, spool and id window. */
export const healthCheck: ServerCheck = async (client, { now }) => {
  const health = await client.call(healthRoute);
  const findings: Finding[] = [ok('server', `version ${health.version}, up since ${health.startedAt}`)];
  for (const [name, { state, detail }] of Object.entries(health.stores)) {
    findings.push(
      state === 'ready' ? ok(name, 'ready') : fail(name, detail ?? state, 'see the log of the server; the runbooks tell what to do'),
    );
  }
  const { warehouse, spool, idWindow } = health;
  if (warehouse.restarts > 0)
    findings.push(warn('warehouse', `was started again ${warehouse.restarts} times`, warehouse.lastError ?? 'see the log of the server'));
  const ageMs = spool.oldestPendingMs === null ? 0 : now() - spool.oldestPendingMs;
  const backlog = `${spool.pendingEvents.toLocaleString('en-US')} events, ${sizeText(spool.pendingBytes)}`;
  findings.push(
    ageMs > lateMs
      ? warn('spool backlog', `${backlog}, oldest ${Math.round(ageMs / 1000)} s`, 'the warehouse does not keep up: see its state above')
      : ok('spool backlog', backlog),
  );
  findings.push(ok('id window', `${idWindow.ids.toLocaleString('en-US')} of ${idWindow.capacity.toLocaleString('en-US')} ids`));
  return findings;
};

/** received = accepted + duplicates + rejected, accepted = stored + pending, for every source. */
export const ledgerCheck: ServerCheck = async (client) => {
  const ledger = await client.call(ledgerRoute);
  const wrong = [{ source: 'all sources', ...ledger }, ...ledger.bySource].find((counts) => !isBalanced(counts));
  if (wrong !== undefined) {
    const { received, accepted, duplicates, rejected, stored, pending } = wrong;
    return [
      fail(
        'ingest ledger',
        `${wrong.source}: received ${received}, accepted ${accepted}, duplicates ${duplicates}, rejected ${rejected}, stored ${stored}, pending ${pending}`,
        'this is a defect: please report it with these numbers',
      ),
    ];
  }
  return [
    ok(
      'ingest ledger',
      `balances: ${ledger.received.toLocaleString('en-US')} received = ${ledger.accepted.toLocaleString('en-US')} accepted + ${ledger.duplicates.toLocaleString('en-US')} duplicates + ${ledger.rejected.toLocaleString('en-US')} rejected`,
    ),
  ];
};

function isBalanced({ received, accepted, duplicates, rejected, stored, pending }: LedgerCounts): boolean {
  return received === accepted + duplicates + rejected && accepted === stored + pending;
}

/** Whether the server's clock agrees with the one here. */
export const skewCheck: ServerCheck = async (client, { now }) => {
  const response = await fetch(`${client.url}/healthz`);
  const serverMs = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(serverMs)) return [];
  const differenceMs = Math.abs(now() - serverMs);
  return differenceMs > skewMs
    ? [warn('clock of the server', `differs by ${Math.round(differenceMs / 1000)} s from the one here`, 'turn on NTP on both')]
    : [];
};
