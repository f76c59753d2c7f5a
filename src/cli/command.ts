/** The shape of a command: every file in commands/ exports one of these. */
import type { Terminal } from './terminal/terminal.ts';

/** One option of a command. Without `value` it is a switch. */
export interface Option {
  /** what stands for the value in the help, e.g. `COLUMN` */
  value?: string;
  help: string;
  /** may be given several times */
  isMany?: boolean;
  /** the only values allowed */
  choices?: readonly string[];
}

/** The options of a call by name: text, several texts, or true for a switch. */
export type OptionValues = Readonly<Record<string, string | string[] | true | undefined>>;

/** What a command is given when it runs. Effects of the outside world come in here. */
export interface Call {
  args: readonly string[];
  options: OptionValues;
  terminal: Terminal;
  /** the environment, read by `main.ts` only */
  env: Readonly<Record<string, string | undefined>>;
  /** now, epoch ms */
  now(): number;
  /** aborts on the first Ctrl-C */
  signal: AbortSignal;
}

/** A command. `run` resolves to the exit code. */
export interface Command {
  name: string;
  summary: string;
  /** positional arguments as the help shows them; `...` at the end allows several, `[X]` is optional */
  positionals: readonly string[];
  options: Readonly<Record<string, Option>>;
  /** lines of the help below the options */
  notes?: readonly string[];
  examples: readonly string[];
  run(call: Call): Promise<number>;
}

/** A mistake in how a command was called: one line that names the argument and what is allowed. Exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** A failure that the message explains well enough, without a stack. Exit code 1. */
export class CommandFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CommandFailed';
  }
}
