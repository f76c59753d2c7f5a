/** Who may connect: credentials of the handshake, and for cookies the origin of the page. */
import { workspaceHeader } from '../../../shared/contract/identity.ts';
import { seeAsHeader } from '../../../shared/contract/roles.ts';
import { Problem, problemDocument } from '../../../shared/model/errors.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Credentials, LiveSocket } from './connection.ts';

/** The text of every refusal: what was wrong with the credentials is nobody's business. */
export const refusalText = 'Authentication failed';

const longestToken = 8_192;

/** Says who brings `credentials`; null: they are not valid. */
export type Authenticate = (credentials: Credentials) => Promise<Principal | null>;

/** The credentials of a handshake. An `auth.token` counts alone: a cookie that came along is not looked at. */
export function credentialsOf(handshake: LiveSocket['handshake'], address: string): Credentials {
  const { token, workspace, seeAs } = (handshake.auth ?? {}) as Record<string, unknown>;
  const { cookie, authorization, origin, host } = handshake.headers;
  const headers: Credentials['headers'] = { cookie, authorization, origin, host };
  const workspaceId = shortText(workspace) ?? shortText(handshake.headers[workspaceHeader]);
  if (workspaceId !== null) headers[workspaceHeader] = workspaceId;
  const roleId = shortText(seeAs) ?? shortText(handshake.headers[seeAsHeader]);
  if (roleId !== null) headers[seeAsHeader] = roleId;
  return { token: typeof token === 'string' && token !== '' ? token : null, address, headers };
}

/** An id that a client sent; null where it is none. */
function shortText(value: unknown): string | null {
  return typeof value === 'string' && /^[\x21-\x7e]{1,64}$/.test(value) ? value : null;
}

/** The principal that `credentials` stand for and that may ask. @throws CREDENTIALS_INVALID, ORIGIN_FORBIDDEN, and what `authenticate` throws */
export async function admit(credentials: Credentials, authenticate: Authenticate, allowedOrigins: readonly string[]): Promise<Principal> {
  const { token, headers } = credentials;
  if (token !== null && token.length > longestToken) throw new Problem('CREDENTIALS_INVALID', refusalText);
  // a browser sends cookies and the Authorization header's stored credentials along with any page's request
  if (token === null && !isOwnOrigin(headers, allowedOrigins)) throw new Problem('ORIGIN_FORBIDDEN', refusalText);
  const principal = await authenticate(credentials);
  if (principal === null || !principal.permissions.has('events:read')) throw new Problem('CREDENTIALS_INVALID', refusalText);
  return principal;
}

/** Whether the page that asks is ours or allowed; programs send no origin. */
function isOwnOrigin(headers: Credentials['headers'], allowedOrigins: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (typeof origin !== 'string') return false;
  if (allowedOrigins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** A refusal as Socket.IO's client shows it: its `message`, and the problem document in `data`. */
export function refusalOf(error: unknown): Error {
  const problem = problemDocument(error);
  const isRefusal = problem.code === 'CREDENTIALS_INVALID' || problem.code === 'ORIGIN_FORBIDDEN';
  return Object.assign(new Error(isRefusal ? refusalText : problem.detail), { data: problem });
}
