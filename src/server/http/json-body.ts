/** Reads the JSON bodies of the API; no body at all is fine where a route asks for none. */
import type { FastifyInstance } from 'fastify';
import { Problem } from '../../shared/model/errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** texts of the body are never written into the catalog, which cannot hold U+0000 */
    takesNul?: boolean;
  }
}

/** U+0000 as JSON writes it, not a backslash before the letters. */
const escapedNul = /(?<!\\)(?:\\\\)*\\u0000/;

/** Makes `app` take JSON and nothing else: pages of other sites can send text without asking, JSON they cannot. */
export function installJsonBody(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text.length === 0) done(null, undefined);
    else if (request.routeOptions.config.takesNul !== true && escapedNul.test(text as string))
      done(new Problem('REQUEST_INVALID', 'The body holds the character U+0000, which is not taken here.'));
    else parse(request, text as string, done);
  });
}
