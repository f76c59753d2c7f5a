/** Runs the benchmarks one after the other and writes their tables into docs/benchmarks.md. `npm run bench -- ingest query` runs only those. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Each script prints Markdown; its section in the document has the same name. */
const scripts: Record<string, { file: string; title: string }> = {
  'ingest-http': { file: 'ingest-http.ts', title: 'Durable ingest over HTTP' },
  warehouse: { file: 'warehouse-insert.ts', title: 'The bare engine taking the same rows' },
  spool: { file: 'spool.ts', title: 'Spool and id window' },
  'ingest-decode': { file: 'ingest-decode.ts', title: 'Decode, validate, encode' },
  query: { file: 'query.ts', title: 'Questions' },
  live: { file: 'live.ts', title: 'Event to socket' },
  'live-windows': { file: 'live-windows.ts', title: 'Live windows' },
  identity: { file: 'identity.ts', title: 'Keys and sessions' },
  'key-check': { file: 'key-check.ts', title: 'Key check of the ingest path' },
  session: { file: 'session.ts', title: 'Sessions and their limits' },
  policy: { file: 'policy.ts', title: 'Policies' },
  audit: { file: 'audit.ts', title: 'Audit log' },
  start: { file: 'start.ts', title: 'Start and memory' },
};

const documentFile = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));

function runScript(name: string, file: string): string {
  process.stdout.write(`\n== ${name}\n`);
  const path = fileURLToPath(new URL(file, import.meta.url));
  const done = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 26,
  });
  process.stdout.write(done.stdout);
  if (done.status !== 0) throw new Error(`${name} stopped with ${done.status}`);
  return done.stdout.trim();
}

/** `document` with the section `name` replaced or added at its end. */
function withSection(document: string, name: string, title: string, body: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const section = `${begin}\n## ${title}\n\n${body}\n${end}`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  return from >= 0 && to > from
    ? document.slice(0, from) + section + document.slice(to + end.length)
    : `${document.trimEnd()}\n\n${section}\n`;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in scripts));
if (unknown.length > 0) {
  process.stderr.write(`bench: unknown: ${unknown.join(', ')}. Known: ${Object.keys(scripts).join(', ')}\n`);
  process.exit(2);
}
process.stdout.write(`${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}\n`);
for (const [name, { file, title }] of Object.entries(scripts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  writeFileSync(documentFile, withSection(readFileSync(documentFile, 'utf8'), name, title, runScript(name, file)));
}
