/** Everything that `npm test` checks, in order of price: types, lint, format, dead code, dependencies, then all suites; `--quick` leaves out what starts servers and browsers. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node-path.mjs';

const isQuick = process.argv.includes('--quick');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const reportFile = join(root, '.cache', 'test-report.json');

const coverage = isQuick ? [] : ['--coverage'];
const suites = isQuick ? ['src', 'test/architecture.test.ts', '--exclude', '**/*.store.test.ts'] : [];
const steps = [
  { name: 'types', command: [bin('tsc'), '--noEmit'] },
  { name: 'lint', command: [bin('oxlint'), '--deny-warnings'] },
  { name: 'format', command: [bin('oxfmt'), '--check'] },
  { name: 'dead code', command: [bin('knip')] },
  { name: 'dependencies', command: [process.execPath, join(root, 'scripts', 'audit.mjs')] },
  {
    name: 'suites',
    command: [bin('vitest'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`, ...coverage, ...suites],
  },
];

function runStep({ name, command }) {
  const startedAt = Date.now();
  const [program, ...args] = command;
  process.stdout.write(`\n▶ ${name}\n`);
  const done = spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  process.stdout.write(`${done.status === 0 ? '✔' : '✘'} ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)\n`);
  return done.status === 0;
}

/** The closing line `N passed, N failed, N skipped`, from the report of the suites. */
function closingLine(failedSteps) {
  try {
    const report = JSON.parse(readFileSync(reportFile, 'utf8'));
    const skipped = report.numPendingTests + report.numTodoTests;
    return `${report.numPassedTests} passed, ${Math.max(report.numFailedTests, failedSteps)} failed, ${skipped} skipped`;
  } catch {
    return `0 passed, ${Math.max(1, failedSteps)} failed`;
  }
}

mkdirSync(join(root, '.cache'), { recursive: true });
rmSync(reportFile, { force: true });
const failed = steps.filter((step) => !runStep(step));
if (failed.length > 0) process.stdout.write(`\nFailed: ${failed.map((step) => step.name).join(', ')}\n`);
process.stdout.write(`\n${closingLine(failed.length)}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
