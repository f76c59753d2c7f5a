/** Who is asking, what they may do, and the policy under which their questions run. */
import type { Permission } from '../../shared/model/permission.ts';
import type { Policy } from './policy.ts';

/** Somebody or something that was let in: made once at authentication, and kept by the version of identity. */
export interface Principal {
  kind: 'person' | 'api-key' | 'write-key' | 'local-owner' | 'embed' | 'outside';
  workspaceId: string;
  /** person or key id, for the log and the audit */
  id: string;
  permissions: ReadonlySet<Permission>;
  /** whether it runs the installation, and so may see what spans workspaces */
  isOperator: boolean;
  /** what its questions may see */
  policy: Policy;
  /** the person behind a session or a personal token */
  personId?: string;
  sessionId?: string;
  /** the first instant at which its credentials are not good any more, epoch ms */
  expiresMs?: number;
  /** calls per minute that this key is allowed; without it the limits of its kind hold */
  callsPerMinute?: number;
  /** the role that it looks as; nothing can be changed then */
  seeingAs?: { id: string; name: string };
  /** the dashboards, and of those the panels, that an embed token is bound to */
  embed?: EmbedLimits;
}

/** What an embed token may show. */
export interface EmbedLimits {
  dashboards: readonly string[];
  /** panel ids; null: all panels of these dashboards */
  panels: readonly string[] | null;
}

/** Whether two principals may do and see the same. */
export function isSamePrincipal(a: Principal, b: Principal): boolean {
  return a.id === b.id && textOf(a) === textOf(b);
}

function textOf({ permissions, ...rest }: Principal): string {
  return JSON.stringify([{ ...rest, expiresMs: undefined }, [...permissions].toSorted()]);
}
