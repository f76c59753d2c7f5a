/** Reads the JSON bodies of the API; no body at all is fine where a route asks for none. */
import type { FastifyInstance } from 'fastify';

/** Makes `app` take JSON and nothing else: pages of other sites can send text without asking, JSON they cannot. */
export function installJsonBody(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text.length === 0) done(null, undefined);
    else parse(request, text as string, done);
  });
}
