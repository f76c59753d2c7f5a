/** The laws of the house (CONTRIBUTING.md), each as an error. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseSource, projectFiles, projectFolder, type SourceFile } from './fixtures/source-tree.ts';

const isTest = (path: string) => /\.test\.tsx?$/.test(path) || path.startsWith('test/');
const sources = projectFiles('src', /\.(ts|tsx)$/).map(parseSource);
const others = ['test', 'bench', 'migrations'].flatMap((folder) => projectFiles(folder, /\.tsx?$/)).map(parseSource);
const all = [...sources, ...others];
const product = sources.filter((file) => !isTest(file.path));

/** Rooms by path prefix, with their floors; the longest prefix wins. */
const floors: Record<string, number> = {
  'src/shared/model': 1,
  'src/shared/time': 1.1,
  'src/shared/format': 1.1,
  'src/shared/contract': 1.2,
  'src/server/config-values.ts': 1.25,
  'src/server/config.ts': 1.3,
  'src/server/sql': 1.3,
  'src/server/ports': 2,
  'src/server/analysis': 2,
  'src/server/catalog': 2,
  'src/server/sealing': 2.1,
  'src/server/limits': 2.1,
  'src/server/adapters': 3,
  'src/server/audit': 3,
  'src/server/identity': 4,
  'src/server/incident': 4,
  'src/server/notification': 4,
  'src/server/warehouse': 5,
  'src/server/semantic': 5.1,
  'src/server/ingest': 6,
  'src/server/query': 6,
  'src/server/backup': 6,
  'src/server/source': 7,
  'src/server/live': 7,
  'src/server/dashboard': 7,
  'src/server/watch': 7,
  'src/server/http': 10,
  'src/server/jobs': 10,
  'src/server/composition': 10.5,
  'src/server/log-line.ts': 10,
  'src/server/app.ts': 11,
  'src/server/main.ts': 12,
  'src/cli': 13,
  'src/web/ui': 2,
  'src/web/data': 2,
  'src/web/charts': 3,
  'src/web/panels': 4,
  'src/web/pages': 5,
  'src/web/gallery': 5,
  'src/web': 6,
  'src/tracker': 2,
};

/** One owner folder (or a few) for each outside library that only one room may know. */
const owners: Record<string, string[]> = {
  fastify: ['src/server/http'],
  kysely: ['src/server/catalog', 'src/server/adapters/sqlite', 'src/server/adapters/postgres', 'migrations/catalog'],
  '@clickhouse/client': ['src/server/adapters/clickhouse'],
  chdb: ['src/server/adapters/embedded-clickhouse'],
  'socket.io': ['src/server/live'],
  'socket.io-client': ['src/web/data', 'src/cli'],
  'better-auth': ['src/server/identity'],
  'openid-client': ['src/server/identity/sign-in/oidc'],
  '@zxcvbn-ts': ['src/server/identity/sign-in/password'],
  uqr: ['src/server/identity/sign-in/two-factor'],
  jose: ['src/server/identity'],
  echarts: ['src/web/charts'],
  react: ['src/web'],
  pg: ['src/server/adapters/postgres'],
  croner: ['src/server/jobs'],
  maxmind: ['src/server/ingest'],
  nodemailer: ['src/server/adapters/smtp'],
  pino: ['src/server/app.ts', 'src/server/main.ts'],
};

function roomOf(path: string): string {
  const rooms = Object.keys(floors).filter((room) => path === room || path.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0] ?? '';
}

/** Adapters are each a room of their own. */
function chamberOf(path: string): string {
  const room = roomOf(path);
  return room === 'src/server/adapters' ? path.split('/').slice(0, 4).join('/') : room;
}

const at = (file: SourceFile, line: number, message: string) => `${file.path}:${line} ${message}`;

describe('floors', () => {
  test('every source file stands in a room', () => {
    expect(product.filter((file) => roomOf(file.path) === '').map((file) => file.path)).toEqual([]);
  });

  test('imports go down the floors, never up and never sideways', () => {
    const wrong = product.flatMap((file) =>
      file.imports
        .filter((i) => !i.isPackage && i.target.startsWith('src/') && chamberOf(i.target) !== chamberOf(file.path))
        .filter((i) => (floors[roomOf(i.target)] ?? 99) >= (floors[roomOf(file.path)] ?? 0))
        .map((i) => at(file, i.line, `imports ${i.target}`)),
    );
    expect(wrong).toEqual([]);
  });

  test('nothing imports in a circle', () => {
    expect(findCircle(product)).toBeNull();
  });

  test('web, tracker and server meet only in shared', () => {
    const half = (path: string) => path.split('/')[1] ?? '';
    const wrong = product.flatMap((file) =>
      file.imports
        .filter((i) => !i.isPackage && ['web', 'tracker', 'shared'].includes(half(file.path)))
        .filter((i) => ![half(file.path), 'shared'].includes(half(i.target)))
        .map((i) => at(file, i.line, `imports ${i.target}`)),
    );
    expect(wrong).toEqual([]);
  });

  test('the command line reaches the server only through its composition root', () => {
    const allowed = ['src/server/app.ts', 'src/server/config.ts', 'src/server/ports/', 'src/server/identity/'];
    const wrong = product
      .filter((file) => file.path.startsWith('src/cli/'))
      .flatMap((file) =>
        file.imports
          .filter((i) => i.target.startsWith('src/server/') && !allowed.some((prefix) => i.target.startsWith(prefix)))
          .map((i) => at(file, i.line, `imports ${i.target}`)),
      );
    expect(wrong).toEqual([]);
  });

  test('shared imports only zod and a Temporal polyfill', () => {
    const wrong = product
      .filter((file) => file.path.startsWith('src/shared/'))
      .flatMap((file) =>
        file.imports
          .filter((i) => i.isPackage && !/^(zod|temporal-polyfill)(\/|$)/.test(i.target))
          .map((i) => at(file, i.line, `imports ${i.target}`)),
      );
    expect(wrong).toEqual([]);
  });

  test('only app.ts names adapters', () => {
    const wrong = product.flatMap((file) =>
      file.imports
        .filter(
          (i) =>
            i.target.startsWith('src/server/adapters/') &&
            file.path !== 'src/server/app.ts' &&
            chamberOf(file.path) !== chamberOf(i.target),
        )
        .map((i) => at(file, i.line, `imports ${i.target}`)),
    );
    expect(wrong).toEqual([]);
  });

  test('each outside library has one owner folder', () => {
    const wrong = product.flatMap((file) =>
      file.imports
        .filter((i) => i.isPackage)
        .flatMap((i) => {
          const name = Object.keys(owners).find((owner) => i.target === owner || i.target.startsWith(`${owner}/`));
          if (name === undefined || owners[name]?.some((folder) => file.path === folder || file.path.startsWith(`${folder}/`))) return [];
          return [at(file, i.line, `imports ${i.target}`)];
        }),
    );
    expect(wrong).toEqual([]);
  });
});

/** A circle of imports as a list of paths, or null. */
function findCircle(files: SourceFile[]): string[] | null {
  const importsByPath = new Map(files.map((file) => [file.path, file.imports.map((i) => i.target)]));
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return null;
    for (const target of importsByPath.get(path) ?? []) {
      const circle = visit(target, [...trail, path]);
      if (circle !== null) return circle;
    }
    done.add(path);
    return null;
  };
  for (const path of importsByPath.keys()) {
    const circle = visit(path, []);
    if (circle !== null) return circle;
  }
  return null;
}

describe('effects', () => {
  const isEntry = (path: string) => /\/(app|main|config)\.ts$/.test(path) || /-(process|worker)\.ts$/.test(path);

  test('clock, randomness and environment come in by argument', () => {
    const pattern = /\b(Date\.now\(|Math\.random\(|process\.env\b|new Date\(\))/;
    const wrong = product
      .filter((file) => /^src\/(server|shared)\//.test(file.path) && !isEntry(file.path))
      .flatMap((file) => withoutComments(file.text).flatMap((line, i) => (pattern.test(line) ? [at(file, i + 1, line.trim())] : [])));
    expect(wrong).toEqual([]);
  });

  test('warehouse SQL stands only where it may', () => {
    const allowed = /^src\/server\/(query|warehouse|adapters|sql|source\/kinds)\//;
    const wrong = product
      .filter((file) => file.path.startsWith('src/') && !allowed.test(file.path))
      .flatMap((file) =>
        file.strings
          .filter((s) => /\b(SELECT\s[\s\S]*\sFROM\s|INSERT INTO |ALTER TABLE |DROP TABLE |CREATE TABLE )/.test(s.text))
          .filter(() => !/catalog|identity|jobs|web|cli/.test(file.path))
          .map((s) => at(file, s.line, s.text.slice(0, 60))),
      );
    expect(wrong).toEqual([]);
  });
});

function withoutComments(text: string): string[] {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .split('\n')
    .map((line) => line.replace(/(^|\s)\/\/.*$/, ''));
}

describe('form', () => {
  test('no file is longer than 400 lines', () => {
    expect(all.filter((file) => file.lines > 400).map((file) => `${file.path} ${file.lines}`)).toEqual([]);
  });

  test('no function is longer than 80 lines, no component longer than 150', () => {
    const isComponent = (file: SourceFile, name: string) => file.path.endsWith('.tsx') && /^[A-Z]/.test(name);
    const wrong = product.flatMap((file) =>
      file.functions
        .filter((f) => f.lines > (isComponent(file, f.name) ? 150 : 80))
        .map((f) => at(file, f.line, `${f.name} has ${f.lines} lines`)),
    );
    expect(wrong).toEqual([]);
  });

  test('no folder holds more than 14 files, unless it is a family of one shape', () => {
    const families = [
      /\/(kinds|formats|remedies|commands|icons)$/,
      /^src\/shared\/contract$/,
      /^src\/server\/http$/,
      /^test\/(fixtures|golden|scenarios)$/,
    ];
    const countByFolder = new Map<string, number>();
    for (const file of product) countByFolder.set(dirname(file.path), (countByFolder.get(dirname(file.path)) ?? 0) + 1);
    expect([...countByFolder].filter(([folder, count]) => count > 14 && !families.some((family) => family.test(folder)))).toEqual([]);
  });

  test('every file opens with one sentence that says what it is', () => {
    const opening = /^(#!.*\n)?(\/\/\/.*\n)*\/\*\*[\s\S]{10,}?\*\//;
    expect(all.filter((file) => !opening.test(file.text)).map((file) => file.path)).toEqual([]);
  });

  test('every export has a docstring', () => {
    expect(product.flatMap((file) => file.undocumented.map((u) => at(file, u.line, u.name)))).toEqual([]);
  });

  test('nothing is any, and no file is a barrel', () => {
    expect(all.flatMap((file) => file.anyLines.map((line) => at(file, line, 'any')))).toEqual([]);
    expect(all.filter((file) => file.isBarrel).map((file) => file.path)).toEqual([]);
  });

  test('file names say the thing, in one form', () => {
    const vague = /(^|\/)(utils?|helpers?|common|misc|types|constants|manager|service|index)\.(ts|tsx)$/;
    const shape = /^([a-z0-9]+(-[a-z0-9]+)*(\.(test|store\.test|config))?\.ts|[A-Z][A-Za-z0-9]*(\.test)?\.tsx|(app|main)\.tsx)$/;
    const wrong = all
      .map((file) => file.path)
      .filter((path) => vague.test(path) || (!shape.test(posix.basename(path)) && !/^\d{4}_[a-z0-9_]+\.ts$/.test(posix.basename(path))));
    expect(wrong).toEqual([]);
  });
});

describe('words', () => {
  const documents = ['README.md', 'ARCHITECTURE.md', 'GLOSSARY.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'].filter((name) =>
    existsSync(join(projectFolder, name)),
  );
  const pages = [...documents, ...projectFiles('docs', /\.md$/), ...projectFiles('src', /\.md$/)];

  test('links in the documents resolve', () => {
    const wrong = pages.flatMap((page) => {
      const text = readFileSync(join(projectFolder, page), 'utf8').replace(/```[\s\S]*?```/g, '');
      const links = [...text.matchAll(/\]\(([^)\s#]+)(#[^)]*)?\)/g)].map((match) => match[1] ?? '');
      return links
        .filter((link) => !/^(https?:|mailto:)/.test(link))
        .filter((link) => !existsSync(join(projectFolder, dirname(page), link)))
        .map((link) => `${page}: ${link}`);
    });
    expect(wrong).toEqual([]);
  });

  test('nobody says widget or tile where the glossary says panel', () => {
    const synonym = /\b(widgets?|tiles?)\b/i;
    const wrong = [
      ...product.flatMap((file) => file.text.split('\n').flatMap((line, i) => (synonym.test(line) ? [at(file, i + 1, line.trim())] : []))),
      ...pages
        .filter((page) => page !== 'GLOSSARY.md')
        .flatMap((page) =>
          readFileSync(join(projectFolder, page), 'utf8')
            .split('\n')
            .flatMap((line, i) => (synonym.test(line) ? [`${page}:${i + 1}`] : [])),
        ),
    ];
    expect(wrong).toEqual([]);
  });
});
