/** The audit of dependencies finds what it is there for. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectFolder } from '../fixtures/source-tree.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-audit-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Locked {
  version?: string;
  integrity?: string | undefined;
  resolved?: string;
  hasInstallScript?: boolean;
  dev?: boolean;
  license: string;
}

/** Audits a project with these packages; npm is not there, so that no registry is asked. */
async function audit(versions: Record<string, string>, packages: Record<string, Locked>) {
  const locked = Object.entries(packages).map(([name, each]) => [
    `node_modules/${name}`,
    { version: '1.0.0', integrity: 'sha512-x', ...each },
  ]);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ dependencies: versions }));
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...Object.fromEntries(locked) } }));
  for (const [name, { license }] of Object.entries(packages)) {
    await mkdir(join(folder, 'node_modules', name), { recursive: true });
    await writeFile(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ name, license }));
  }
  const done = spawnSync(process.execPath, [join(projectFolder, 'scripts/audit.mjs'), folder], { encoding: 'utf8', env: { PATH: folder } });
  return { code: done.status, lines: done.stdout.trim().split('\n') };
}

test('what is pinned, quiet and freely licensed passes, also where no registry can be asked', async () => {
  const { code, lines } = await audit({ good: '1.0.0' }, { good: { license: 'MIT' }, either: { license: '(GPL-3.0 OR Apache-2.0)' } });
  expect(lines).toEqual(['2 packages: pinned, quiet at install, freely licensed', 'known holes: skipped: registry not reachable']);
  expect(code).toBe(0);
});

test('each fault is named', async () => {
  const { code, lines } = await audit(
    { loose: '^1.0.0', latest: 'latest' },
    {
      scripted: { license: 'MIT', hasInstallScript: true },
      copyleft: { license: 'AGPL-3.0' },
      both: { license: 'MIT AND GPL-2.0' },
      tool: { license: 'MPL-2.0', dev: true },
      shipped: { license: 'MPL-2.0' },
      unchecked: { license: 'MIT', integrity: undefined },
      elsewhere: { license: 'MIT', resolved: 'https://example.com/elsewhere.tgz' },
    },
  );
  expect(lines.slice(0, -2)).toEqual([
    'loose "^1.0.0" is not one exact version',
    'latest "latest" is not one exact version',
    'scripted 1.0.0 runs a script when it is installed',
    'copyleft 1.0.0 has the licence "AGPL-3.0"',
    'both 1.0.0 has the licence "MIT AND GPL-2.0"',
    'shipped 1.0.0 has the licence "MPL-2.0"',
    'unchecked 1.0.0 has no checksum in package-lock.json',
    'elsewhere 1.0.0 comes from elsewhere than the registry: https://example.com/elsewhere.tgz',
  ]);
  expect(code).toBe(1);
});
