/** Turns the words after a command's name into checked options; every mistake is one line that says what is allowed. */
import { parseArgs } from 'node:util';
import { UsageError } from './command.ts';
import type { Command, Option, OptionValues } from './command.ts';

/** Options that every command understands. */
export const commonOptions: Readonly<Record<string, Option>> = {
  url: { value: 'URL', help: 'Address of another server. Default: the living server of the data folder.' },
  key: { value: 'KEY', help: 'API key for --url. The variable BELLWETHER_KEY does the same without showing it in the process list.' },
  data: { value: 'DIR', help: 'Data folder. Default: BELLWETHER_DATA, else ./data.' },
  help: { help: 'Show this help.' },
};

/** The checked arguments of a call. */
export interface Arguments {
  args: string[];
  options: OptionValues;
}

/**
 * `words` as the arguments of `command`.
 * @throws UsageError naming the argument and what is allowed
 */
export function parseArguments(command: Command, words: readonly string[]): Arguments {
  const known = { ...command.options, ...commonOptions };
  const { values, positionals } = parseWords(command, known, words);
  const options: Record<string, string | string[] | true | undefined> = {};
  for (const [name, value] of Object.entries(values)) {
    checkChoices(name, known[name], value);
    options[name] = value;
  }
  if (options.help !== true) checkPositionals(command, positionals);
  return { args: positionals, options };
}

function parseWords(command: Command, known: Record<string, Option>, words: readonly string[]) {
  const config: Record<string, { type: 'string' | 'boolean'; multiple: boolean }> = {};
  for (const [name, option] of Object.entries(known)) {
    config[name] = { type: option.value === undefined ? 'boolean' : 'string', multiple: option.isMany === true };
  }
  try {
    const parsed = parseArgs({ args: joinValues(known, words), options: config, allowPositionals: true, strict: true });
    return { values: parsed.values as Record<string, string | string[] | true>, positionals: parsed.positionals };
  } catch (error) {
    throw new UsageError(explain(error, command, known));
  }
}

/** `--name -x` as `--name=-x`: parseArgs takes a value that begins with a dash for a forgotten one. */
function joinValues(known: Record<string, Option>, words: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const next = words[i + 1];
    const takesValue = word.startsWith('--') && known[word.slice(2)]?.value !== undefined;
    const isNumber = next !== undefined && /^-\d/.test(next);
    if (takesValue && isNumber) {
      joined.push(`${word}=${next}`);
      i += 1;
    } else {
      joined.push(word);
    }
  }
  return joined;
}

function explain(error: unknown, command: Command, known: Record<string, Option>): string {
  const message = error instanceof Error ? error.message : String(error);
  const name = /'(?:-\w, )?(--?[\w-]+)/.exec(message)?.[1] ?? 'an option';
  const option = known[name.replace(/^-+/, '')];
  if (option === undefined) {
    return `${name} is not an option of "${command.name}". Allowed: ${Object.keys(known)
      .map((each) => `--${each}`)
      .join(' ')}`;
  }
  if (option.value === undefined) return `${name} takes no value`;
  return `${name} needs a value: ${name} ${option.value}`;
}

function checkChoices(name: string, option: Option | undefined, value: string | string[] | true): void {
  if (option?.choices === undefined || value === true) return;
  for (const each of Array.isArray(value) ? value : [value]) {
    if (!option.choices.includes(each)) throw new UsageError(`--${name} "${each}" is not allowed. Allowed: ${option.choices.join(', ')}`);
  }
}

function checkPositionals(command: Command, given: readonly string[]): void {
  const last = command.positionals.at(-1);
  const takesMany = last?.replace(/\]$/, '').endsWith('...') === true;
  const surplus = given[command.positionals.length];
  if (surplus !== undefined && !takesMany) throw new UsageError(`"${surplus}" is one argument too many for "${command.name}"`);
  const missing = command.positionals[given.length];
  if (missing !== undefined && !missing.startsWith('[')) throw new UsageError(`"${command.name}" needs ${missing.replace('...', '')}`);
}

/** The text of option `name`, or undefined. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a repeatable option. */
export function manyOption(options: OptionValues, name: string): string[] {
  const value = options[name];
  return Array.isArray(value) ? value : [];
}

/**
 * The number given as option `name`, or `fallback`.
 * @throws UsageError when it is no number or out of bounds
 */
export function numberOption(
  options: OptionValues,
  name: string,
  fallback: number,
  bounds: { min: number; max: number; isWhole?: boolean },
): number {
  const text = textOption(options, name);
  if (text === undefined) return fallback;
  const value = Number(text);
  const isWrong =
    text.trim() === '' ||
    !Number.isFinite(value) ||
    value < bounds.min ||
    value > bounds.max ||
    (bounds.isWhole === true && !Number.isInteger(value));
  if (isWrong)
    throw new UsageError(
      `--${name} "${text}" is not allowed. Allowed: a ${bounds.isWhole === true ? 'whole ' : ''}number from ${bounds.min} to ${bounds.max}`,
    );
  return value;
}
