/** `bellwether doctor`: looks at the machine, the data folder and the server, and says what to mend. */
import { performance } from 'node:perf_hooks';
import { textOption } from '../arguments.ts';
import type { Finding, MachineCheck, Patient, ServerCheck } from '../checks/check.ts';
import { fail, ok } from '../checks/check.ts';
import { folderCheck, spaceCheck, syncCheck } from '../checks/disk.ts';
import { clockCheck, memoryCheck, nodeCheck, processorCheck, systemCheck } from '../checks/machine.ts';
import { portCheck } from '../checks/port.ts';
import { healthCheck, ledgerCheck, skewCheck } from '../checks/server.ts';
import type { Call, Command } from '../command.ts';
import { connect, dataFolderOf, maybeLivingServer } from '../connect.ts';

const machineChecks: readonly MachineCheck[] = [
  nodeCheck,
  systemCheck,
  processorCheck,
  memoryCheck,
  clockCheck,
  folderCheck,
  spaceCheck,
  syncCheck,
];
const serverChecks: readonly ServerCheck[] = [healthCheck, ledgerCheck, skewCheck];

/** The command. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Check the machine, the disk, the clock, the stores and the ledger, and say what to mend.',
  positionals: [],
  options: { format: { value: 'FORMAT', help: 'How to print the findings. Default: text.', choices: ['text', 'json'] } },
  notes: ['Where no server is running, one is started for the look at the stores, and stopped again. Exit code 1 if anything fails.'],
  examples: ['bellwether doctor', 'bellwether doctor --url https://analytics.example.com --key KEY'],
  async run(call) {
    const patient: Patient = { dataFolder: dataFolderOf(call), env: call.env, now: call.now, elapsed: () => performance.now() };
    const isFar = textOption(call.options, 'url') !== undefined;
    const findings: Finding[] = [];
    const add = (more: readonly Finding[]) => {
      findings.push(...more);
      if (textOption(call.options, 'format') !== 'json') for (const finding of more) call.terminal.print(findingLine(finding));
    };
    if (!isFar) for (const check of machineChecks) add(await tried(() => check(patient)));
    if (!isFar && !(await isLiving(patient.dataFolder))) add(await tried(() => portCheck(patient)));
    add(await serverFindings(call, patient));
    if (textOption(call.options, 'format') === 'json') call.terminal.print(JSON.stringify(findings, null, 2));
    return findings.some(({ state }) => state === 'fail') ? 1 : 0;
  },
};

/** One line: `ok    disk space  12 GB free`, and what to do below it. */
export function findingLine({ name, state, found, advice }: Finding): string {
  const line = `${state.padEnd(4)}  ${name.padEnd(14)}  ${found}`;
  return advice === null ? line : `${line}\n${' '.repeat(22)}-> ${advice}`;
}

async function isLiving(dataFolder: string): Promise<boolean> {
  return maybeLivingServer(dataFolder).then(
    (note) => note !== null,
    () => true,
  );
}

async function serverFindings(call: Call, patient: Patient): Promise<Finding[]> {
  let connection;
  try {
    connection = await connect(call);
  } catch (error) {
    return [fail('server', messageOf(error), 'mend what is said here, then ask again')];
  }
  try {
    const findings: Finding[] = connection.kind === 'own' ? [ok('stores', 'opened for this look; no server is running')] : [];
    for (const check of serverChecks) findings.push(...(await tried(() => check(connection.client, patient))));
    return findings;
  } finally {
    await connection.close();
  }
}

/** A check that cannot look is a finding too. */
async function tried(check: () => Promise<Finding[]> | Finding[]): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [fail('check', messageOf(error), 'the check itself failed')];
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
