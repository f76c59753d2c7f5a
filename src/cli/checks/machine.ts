/** Node, the C library, processors, memory, the clock. */
import { readFile } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { fail, ok, sizeText, warn } from './check.ts';
import type { Finding, MachineCheck } from './check.ts';

const oldestNode = 24;
/** The embedded warehouse is built against it. */
const oldestGlibc = [2, 28] as const;
const leastMemoryBytes = 1.5 * 2 ** 30;
/** When this version was written: a clock before it is wrong. */
const writtenAt = Date.UTC(2025, 10, 1);

/** The version of Node. */
export const nodeCheck: MachineCheck = () => {
  const { node } = process.versions;
  const isOld = Number(node.split('.')[0]) < oldestNode;
  return [isOld ? fail('node', node, `use Node ${oldestNode} or newer; on Linux "npm install" brings it along`) : ok('node', node)];
};

/** The system and its C library. */
export const systemCheck: MachineCheck = () => {
  const name = `${process.platform} ${process.arch}`;
  if (process.platform === 'darwin') return [ok('system', name)];
  if (process.platform !== 'linux') return [fail('system', name, 'the embedded stores need Linux or macOS; use Docker or WSL')];
  const version = glibcVersion();
  if (version === null)
    return [fail('system', `${name}, no glibc`, 'the embedded warehouse needs glibc (Debian, Ubuntu, Fedora, ...); on Alpine use Docker')];
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < oldestGlibc[0] || (major === oldestGlibc[0] && minor < oldestGlibc[1]);
  return [
    isOld
      ? fail('system', `${name}, glibc ${version}`, `the embedded warehouse needs glibc ${oldestGlibc.join('.')} or newer; use Docker`)
      : ok('system', `${name}, glibc ${version}`),
  ];
};

function glibcVersion(): string | null {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime ?? null;
}

/** Processors that may be used. */
export const processorCheck: MachineCheck = () => {
  const count = availableParallelism();
  return [
    count < 2
      ? warn('processors', String(count), 'two or more let questions and ingest run side by side')
      : ok('processors', String(count)),
  ];
};

/** Memory of the machine, or of the container. */
export const memoryCheck: MachineCheck = async () => {
  const limitBytes = process.constrainedMemory();
  const totalBytes = limitBytes > 0 && limitBytes < totalmem() ? limitBytes : totalmem();
  const availableBytes = Math.min(process.availableMemory() || freemem(), totalBytes);
  const found = `${sizeText(availableBytes)} free of ${sizeText(totalBytes)}`;
  if (totalBytes < leastMemoryBytes)
    return [fail('memory', found, `full ingest needs 800 MB besides the system: give ${sizeText(leastMemoryBytes)} or more`)];
  if (availableBytes < 400 * 2 ** 20) return [warn('memory', found, 'stop what else runs here, or give more memory')];
  return [ok('memory', found)];
};

/** The clock: after this version was written, kept by somebody, and not jumping. */
export const clockCheck: MachineCheck = async ({ now, elapsed }) => {
  const startMs = now();
  const startElapsedMs = elapsed();
  if (startMs < writtenAt)
    return [
      fail(
        'clock',
        new Date(startMs).toISOString(),
        'the clock is behind; events without a time would be dated wrongly: set it, and turn on NTP',
      ),
    ];
  await new Promise((resolve) => setTimeout(resolve, 100));
  const jumpMs = now() - startMs - (elapsed() - startElapsedMs);
  if (Math.abs(jumpMs) > 50)
    return [warn('clock', `jumped by ${Math.round(jumpMs)} ms while looking`, 'let NTP slew the clock instead of stepping it')];
  return [await keeperFinding(new Date(startMs).toISOString())];
};

/** systemd leaves a file once its time service has agreed with a server; other services leave nothing to look at. */
async function keeperFinding(time: string): Promise<Finding> {
  const isKept = await readFile('/run/systemd/timesync/synchronized').then(
    () => true,
    () => false,
  );
  return ok('clock', `${time}${isKept ? ', kept by NTP' : ''}`);
}
