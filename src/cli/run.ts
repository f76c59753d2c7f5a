/** Finds the command that was meant, runs it, and turns how it ended into an exit code. */
import { readFileSync } from 'node:fs';
import { Problem } from '../shared/model/errors.ts';
import { parseArguments } from './arguments.ts';
import { CommandFailed, UsageError } from './command.ts';
import type { Call, Command } from './command.ts';
import { commandHelp, overallHelp } from './help.ts';

/** Commands that the design names and a later version brings. */
const laterCommands: readonly string[] = ['plan', 'apply', 'pull', 'verify', 'forecast', 'detect'];

/** Runs `words` (what follows `bellwether`) and resolves to the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runCommandLine(
  commands: readonly Command[],
  words: readonly string[],
  world: Omit<Call, 'args' | 'options'>,
): Promise<number> {
  const { terminal } = world;
  try {
    const [name, ...rest] = words;
    if (name === undefined || name === '--help' || name === 'help') {
      terminal.print(overallHelp(commands));
      return name === undefined ? 2 : 0;
    }
    if (name === '--version') {
      terminal.print(packageVersion());
      return 0;
    }
    const command = findCommand(commands, name);
    const { args, options } = parseArguments(command, rest);
    if (options.help === true) {
      terminal.print(commandHelp(command));
      return 0;
    }
    return await command.run({ ...world, args, options });
  } catch (error) {
    return reportFailure(error, world);
  } finally {
    terminal.progress.clear();
  }
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;
}

function findCommand(commands: readonly Command[], name: string): Command {
  const command = commands.find((each) => each.name === name);
  if (command !== undefined) return command;
  if (laterCommands.includes(name)) throw new UsageError(`"${name}" is not in this version`);
  throw new UsageError(`"${name}" is not a command. Allowed: ${commands.map((each) => each.name).join(', ')}`);
}

function reportFailure(error: unknown, { terminal, env, signal }: Omit<Call, 'args' | 'options'>): number {
  terminal.progress.clear();
  if (error instanceof UsageError) {
    terminal.tell(`bellwether: ${error.message}`);
    return 2;
  }
  if (isClosedPipe(error)) return 0;
  if (signal.aborted) {
    terminal.tell(`bellwether: stopped${error instanceof CommandFailed ? `: ${error.message}` : ''}`);
    return 1;
  }
  terminal.tell(`bellwether: ${explain(error)}`);
  const isExpected = error instanceof CommandFailed || error instanceof Problem;
  if (!isExpected && env.LOG_LEVEL === 'debug' && error instanceof Error && error.stack !== undefined) terminal.tell(error.stack);
  return 1;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return error.message + cause;
}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
