/** Serves the built web app and the browser tracker: hashed files for a year, the page itself never stale. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendNotFound } from './problem-edge.ts';

const apiPrefixes = ['/api/', '/v1/', '/batch', '/capture', '/decide', '/flags', '/i/', '/e/', '/array/', '/socket.io', '/assets/'];

function isPageRequest(request: FastifyRequest): boolean {
  const path = request.url.split('?')[0] ?? '/';
  if (request.method !== 'GET' || apiPrefixes.some((prefix) => path.startsWith(prefix))) return false;
  return !/\.[a-z0-9]{1,8}$/i.test(path);
}

/** Installs static files from `distFolder` and the page for every address that the app itself routes. */
export async function installWebApp(app: FastifyInstance, distFolder: string): Promise<void> {
  const web = join(distFolder, 'web');
  const isBuilt = existsSync(join(web, 'index.html'));
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: [web, join(distFolder, 'tracker')],
      wildcard: false,
      preCompressed: true,
      index: false,
      cacheControl: false,
      setHeaders: setFileHeaders,
    });
  }
  app.setNotFoundHandler((request, reply) => {
    if (!isBuilt || !isPageRequest(request)) return sendNotFound(request, reply);
    return sendPage(reply);
  });
  if (isBuilt) app.get('/', (_request, reply) => sendPage(reply));
}

function sendPage(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-cache').sendFile('index.html');
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
