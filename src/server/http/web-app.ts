/** Serves the built web app and the browser tracker: hashed files for a year, the page itself with a fresh nonce each time. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RandomBytes } from '../ports/clock.ts';
import { appPagePolicy } from './guard/security-headers.ts';
import type { KnownRoutes } from './known-routes.ts';
import { sendUnanswered } from './problem-edge.ts';

const apiPrefixes = ['/v1/', '/batch', '/capture', '/decide', '/flags', '/i/', '/e/', '/array/', '/socket.io', '/assets/'];

/** Whether a browser asks for a page of the app; a program with a key, or a file that is not there, is told so instead. */
function isPageRequest(request: FastifyRequest): boolean {
  const path = pathOf(request);
  if (request.method !== 'GET' || request.headers.authorization !== undefined) return false;
  if (path.includes('/api/') || apiPrefixes.some((prefix) => path.startsWith(prefix))) return false;
  return !/\.[a-z0-9]{1,8}$/i.test(path);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? '/';
}

/** What the web app is served from. */
export interface WebAppParts {
  distFolder: string;
  known: KnownRoutes;
  randomBytes: RandomBytes;
}

/** Installs static files from `distFolder`, the page for every address that the app itself routes, and the answer to all else. */
export async function installWebApp(app: FastifyInstance, { distFolder, known, randomBytes }: WebAppParts): Promise<void> {
  const web = join(distFolder, 'web');
  const isBuilt = existsSync(join(web, 'index.html'));
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: [web, join(distFolder, 'tracker')],
      wildcard: false,
      // answered below, with a nonce
      globIgnore: ['**/index.html*'],
      preCompressed: true,
      index: false,
      cacheControl: false,
      setHeaders: setFileHeaders,
    });
  }
  const sendPage = isBuilt ? pageSender(readFileSync(join(web, 'index.html'), 'utf8'), randomBytes) : null;
  if (sendPage !== null) app.get('/', sendPage);
  // Before a body is read: of a call that nobody answers it does not matter.
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404 || (isBuilt && isPageRequest(request))) done();
    else sendUnanswered(request, reply, known.methodsAt(pathOf(request)));
  });
  if (sendPage !== null) app.setNotFoundHandler(sendPage);
}

/** Sends `html` with a nonce on each of its scripts and style sheets, which the policy of that one answer names. */
function pageSender(html: string, randomBytes: RandomBytes): (request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  const pieces = html.split(/(?<=<(?:script|style|link))(?=[\s>])/);
  return (request, reply) => {
    const nonce = Buffer.from(randomBytes(16)).toString('base64');
    return reply
      .header('cache-control', 'no-store')
      .header('content-security-policy', appPagePolicy(request, nonce))
      .type('text/html; charset=utf-8')
      .send(pieces.join(` nonce="${nonce}"`));
  };
}

/** The tracker is loaded by pages of other sites. */
const trackerFile = /tracker(-vitals)?\.js/;

function setFileHeaders(reply: { header(name: string, value: string): unknown }, path: string): void {
  reply.header('cache-control', cachingOf(path));
  if (trackerFile.test(path)) reply.header('cross-origin-resource-policy', 'cross-origin');
}

function cachingOf(path: string): string {
  if (/[/\\]assets[/\\]/.test(path)) return 'public, max-age=31536000, immutable';
  if (trackerFile.test(path)) return 'public, max-age=3600';
  return 'no-cache';
}
