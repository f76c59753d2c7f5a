/** The human page of the API: the same routes as the OpenAPI document, as plain HTML without scripts. */
import { z } from 'zod';
import type { Access, Route } from '../../shared/contract/route.ts';

function whoMay(access: Access): string {
  if (access === 'public') return 'anybody';
  if (access === 'signed-in') return 'whoever is signed in';
  if (access === 'operator') return 'whoever runs the installation';
  return `the permission ${access}`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);
}

function schemaBlock(title: string, type: z.ZodType | undefined, io: 'input' | 'output'): string {
  if (type === undefined) return '';
  const schema = JSON.stringify(z.toJSONSchema(type, { unrepresentable: 'any', io }), null, 2);
  return `<details><summary>${title}</summary><pre tabindex="0">${escapeHtml(schema)}</pre></details>`;
}

function routeSection(route: Route): string {
  return `<section id="${escapeHtml(route.operation)}">
<h3><span class="method">${route.method}</span> <code>${escapeHtml(route.path)}</code></h3>
<p>${escapeHtml(route.summary)} <span class="quiet">Open to: ${whoMay(route.access)}.</span></p>
${schemaBlock('Path', route.params, 'input')}${schemaBlock('Query string', route.query, 'input')}${schemaBlock('Body', route.body, 'input')}${schemaBlock('Answer', route.answer, 'output')}
</section>`;
}

/** Style of the page, served as a file of its own so that the content policy stays strict. */
export const referenceStyle = `:root{color-scheme:light dark;--ground:#F8F9FA;--text:#2C3E50;--quiet:#5B6B78;--line:#DDE3E8;--surface:#fff;--accent:#B93C0B}
@media (prefers-color-scheme:dark){:root{--ground:#0E1418;--text:#E7EEF3;--quiet:#A3B3BF;--line:#26323B;--surface:#151D23;--accent:#FF8A5C}}
body{margin:0;background:var(--ground);color:var(--text);font:14px/1.5 Inter,system-ui,sans-serif}
main{max-width:820px;margin:0 auto;padding:24px 16px 64px}a{color:var(--accent)}h1{font-size:28px}h2{margin-top:40px;font-size:20px;text-transform:capitalize}
h3{font-size:14px;margin:0}section{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:12px 16px;margin:8px 0}
.method{display:inline-block;min-width:52px;color:var(--accent)}.quiet{color:var(--quiet)}code,pre{font-family:"JetBrains Mono",ui-monospace,monospace;font-size:13px}
pre{overflow:auto;max-height:420px;background:var(--ground);padding:12px;border-radius:6px}summary{cursor:pointer;color:var(--quiet)}p{margin:4px 0 8px}`;

/** The page for `routes`, grouped by tag. */
export function referencePage(routes: readonly Route[]): string {
  const tags = [...new Set(routes.map((route) => route.tag))];
  const groups = tags.map(
    (tag) =>
      `<h2>${escapeHtml(tag)}</h2>${routes
        .filter((route) => route.tag === tag)
        .map(routeSection)
        .join('')}`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Bellwether API</title><link rel="stylesheet" href="/api/docs.css"></head><body><main><h1>Bellwether API</h1>
<p>The machine-readable form is <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1). Errors are problem documents (RFC 9457) with a stable <code>code</code>.</p>
${groups.join('')}</main></body></html>`;
}
