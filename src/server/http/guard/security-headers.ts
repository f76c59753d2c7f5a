/** What every answer tells a browser not to do: headers for all of them, and the content policies of pages. */
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** The policy of everything that is no page: an answer that is opened by itself may do nothing. */
const answerPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The policy of a page without scripts that has a style sheet of ours. */
export const plainPagePolicy = `${answerPolicy}; style-src 'self'`;

/** Headers of every answer. */
export const securityHeaders = {
  // files say otherwise; everything else may hold a secret
  'cache-control': 'no-store',
  'content-security-policy': answerPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'permissions-policy':
    'accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
} as const;

const yearS = 31_536_000;

/** Installs the headers; routes may set stricter or wider ones. Over https browsers are told to stay with https. */
export function installSecurityHeaders(app: FastifyInstance, publicUrl: string | null): void {
  const isHttps = publicUrl?.startsWith('https:') === true;
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeaders);
    if (isHttps || request.protocol === 'https') reply.header('strict-transport-security', `max-age=${yearS}`);
    done();
  });
}

/**
 * The policy of the web app with `nonce`: its own scripts, style sheets, pictures and sockets, and nothing else. Style attributes
 * are allowed for ECharts (decision 72); text becomes markup only through the policy of src/web/trusted-types.ts.
 */
export function appPagePolicy(request: FastifyRequest, nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "script-src-attr 'none'",
    `style-src 'self' 'nonce-${nonce}'`,
    `style-src-elem 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${socketSource(request)}`,
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ');
}

/** Browsers of before 2022 do not count sockets of the same host as 'self'. */
function socketSource({ protocol, headers: { host } }: FastifyRequest): string {
  if (host === undefined || !/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(host)) return '';
  return ` ${protocol === 'https' ? 'wss' : 'ws'}://${host}`;
}
