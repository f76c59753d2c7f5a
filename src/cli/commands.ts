/** The table of commands, in the order in which the help lists them. */
import type { Command } from './command.ts';
import { backupCommand } from './commands/backup.ts';
import { benchCommand } from './commands/bench.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { keyCommand } from './commands/key.ts';
import { queryCommand } from './commands/query.ts';
import { restoreCommand } from './commands/restore.ts';
import { secretCommand } from './commands/secret.ts';
import { simulateCommand } from './commands/simulate.ts';
import { startCommand } from './commands/start.ts';
import { verifyCommand } from './commands/verify.ts';
import { userCommand } from './commands/user.ts';

/** All commands of this version. */
export const commands: readonly Command[] = [
  startCommand,
  importCommand,
  queryCommand,
  exportCommand,
  simulateCommand,
  backupCommand,
  restoreCommand,
  verifyCommand,
  doctorCommand,
  keyCommand,
  userCommand,
  secretCommand,
  benchCommand,
];
