/** Checks what we depend on: pinned exactly and by checksum, no code run at install, licences that may be passed on, no known holes. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './node-path.mjs';

const folder = resolve(process.argv[2] ?? root);

/** Licences of what is passed on with the product. */
const licences = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'OFL-1.1',
  'Unlicense',
];
/** Those of tools as well, which are not passed on. */
const toolLicences = [...licences, 'MPL-2.0', 'Python-2.0', 'CC-BY-4.0'];
/** Licences that a package tells in a file only. */
const licenceByPackage = { 'xmlhttprequest-ssl': 'MIT' };
/** Tools that npm counts as part of the product, because better-auth names vitest as an optional peer. */
const tools = /^lightningcss-/;
/** Packages with an install script that is not run, as installs ignore them all, and not needed. */
const withNeedlessScript = ['chdb'];

const auditTimeoutMs = 8_000;

function readJson(...path) {
  return JSON.parse(readFileSync(join(folder, ...path), 'utf8'));
}

/** What is wrong with the versions that package.json asks for. */
function looseVersions({ dependencies = {}, devDependencies = {}, optionalDependencies = {} }) {
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(version))
    .map(([name, version]) => `${name} "${version}" is not one exact version`);
}

/** How registries name what they keep: no repository, no folder, nothing over plain http. */
const registryTarball = /^https:\/\/[^/]+\/(?:[^/]+\/)*(?:@[^/]+\/)?[^/]+\/-\/[^/]+\.tgz$/;

/** What is wrong with one package of the lock; packages of other platforms are not installed, and their licence is not looked at. */
function faultsOf([path, locked]) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const isInstalled = existsSync(join(folder, path, 'package.json'));
  const faults = [];
  if (isInstalled && locked.integrity === undefined) faults.push('has no checksum in package-lock.json');
  if (locked.link === true || (locked.resolved !== undefined && !registryTarball.test(locked.resolved)))
    faults.push(`comes from elsewhere than a registry: ${locked.resolved}`);
  if (locked.hasInstallScript === true && !withNeedlessScript.includes(name)) faults.push('runs a script when it is installed');
  if (isInstalled) {
    const licence = licenceOf(readJson(path, 'package.json'), name);
    const isTool = locked.dev === true || locked.devOptional === true || tools.test(name);
    if (!isAllowed(licence, isTool ? toolLicences : licences)) faults.push(`has the licence "${licence}"`);
  }
  return faults.map((fault) => `${name} ${locked.version} ${fault}`);
}

function licenceOf({ license, licenses }, name) {
  const said = license ?? licenses;
  if (typeof said === 'string') return said;
  if (Array.isArray(said)) return said.map((each) => each.type ?? each).join(' OR ');
  return said?.type ?? licenceByPackage[name] ?? 'none told';
}

/** One of several may be chosen; all of them must be allowed where they hold together. */
function isAllowed(licence, allowed) {
  const text = licence.replaceAll(/[()]/g, '');
  return text.split(' OR ').some((choice) => choice.split(' AND ').every((part) => allowed.includes(part.trim())));
}

/** Known holes as lines; null when the registry cannot be asked. */
function knownHoles() {
  const npm = process.env.npm_execpath;
  const [command, before] = npm && /\.[cm]?js$/.test(npm) ? [process.execPath, [npm]] : ['npm', []];
  const args = [...before, 'audit', '--omit=dev', '--audit-level=high', '--json', '--fetch-retries=0', `--fetch-timeout=${auditTimeoutMs}`];
  const done = spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: auditTimeoutMs, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const { vulnerabilities } = JSON.parse(done.stdout);
    return Object.values(vulnerabilities)
      .filter(({ severity }) => severity === 'high' || severity === 'critical')
      .map(({ name, severity, via }) => `${name}: ${severity}: ${via.map((each) => each.title ?? each).join('; ')}`);
  } catch {
    return null;
  }
}

const lock = readJson('package-lock.json');
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
const faults = [...looseVersions(readJson('package.json')), ...packages.flatMap(faultsOf)];
const holes = knownHoles();
for (const fault of [...faults, ...(holes ?? [])]) process.stdout.write(`${fault}\n`);
process.stdout.write(
  `${packages.length} packages: ${faults.length === 0 ? 'pinned, quiet at install, freely licensed' : `${faults.length} faults`}\n`,
);
process.stdout.write(holes === null ? 'known holes: skipped: registry not reachable\n' : `known holes, high or worse: ${holes.length}\n`);
process.exitCode = faults.length + (holes?.length ?? 0) === 0 ? 0 : 1;
