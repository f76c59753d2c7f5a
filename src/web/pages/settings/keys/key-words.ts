/** Keys in words: what they may do, what bounds them, how long they live, and how they are used. */
import { formatCount, formatExact } from '../../../../shared/format/number.ts';
import type { Key } from '../../../data/admin/keys.ts';
import { roleName } from '../../../data/admin/roles.ts';
import { scopeWords } from '../../profile/tokens/scopes.ts';

const dayMs = 86_400_000;

/** Where a key stands in its life. */
export type KeyState = 'used' | 'unused' | 'ends-soon' | 'ended' | 'revoked';

/** A key that ends within these days is said to. */
export const soonDays = 14;

/** Where the key stands at `nowMs`. */
export function keyState({ revokedAt, expiresAt, lastUsedAt }: Key, nowMs: number): KeyState {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt !== null) {
    const leftMs = Date.parse(expiresAt) - nowMs;
    if (leftMs <= 0) return 'ended';
    if (leftMs < soonDays * dayMs) return 'ends-soon';
  }
  return lastUsedAt === null ? 'unused' : 'used';
}

/** Whether the key opens anything. */
export function isAlive(key: Key, nowMs: number): boolean {
  const state = keyState(key, nowMs);
  return state !== 'revoked' && state !== 'ended';
}

/** What the key may do. */
export function mayWords({ kind, scopes, role, isLimited }: Key): string {
  const may = kind === 'write' ? 'send events' : scopes.includes('admin') ? 'everything' : scopeWords(scopes);
  const operator = scopes.includes('admin') && scopes.includes('operator') ? ', run the installation' : '';
  return `${may}${operator}${role === null ? '' : `, within ${roleName(role)}`}${isLimited ? ', not all rows or columns' : ''}`;
}

/** What bounds it besides; empty where nothing does. */
export function limitWords({ callsPerMinute, origins, addresses }: Key): string[] {
  return [
    ...(callsPerMinute === null ? [] : [`${formatExact(callsPerMinute)} calls/min`]),
    ...(origins.length === 0 ? [] : [origins.length === 1 ? (origins[0] ?? '') : formatCount(origins.length, 'page')]),
    ...(addresses.length === 0 ? [] : [addresses.length === 1 ? (addresses[0] ?? '') : formatCount(addresses.length, 'network')]),
  ];
}

/** Days that are left, rounded up: "9 days left". */
export function leftWords(expiresAt: string, nowMs: number): string {
  const days = Math.ceil((Date.parse(expiresAt) - nowMs) / dayMs);
  return days <= 0 ? 'ended' : `${formatCount(days, 'day')} left`;
}

/** A line for a terminal that shows the key at work. */
export function curlFor(kind: Key['kind'], secret: string, origin: string): string {
  if (kind === 'write')
    return `curl ${origin}/v1/events \\\n  -H "Authorization: Bearer ${secret}" \\\n  -H "Content-Type: application/json" \\\n  -d '{"name":"signed_up","user":"ana"}'`;
  return `curl ${origin}/api/analytics/query \\\n  -H "Authorization: Bearer ${secret}" \\\n  -H "Content-Type: application/json" \\\n  -d '{"kind":"total","metrics":[{"aggregate":"count"}]}'`;
}
