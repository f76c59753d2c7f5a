/** The text of `--help`, for one command and for all. */
import { commonOptions } from './arguments.ts';
import type { Command, Option } from './command.ts';

/** The help of all commands. */
export function overallHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    'Bellwether: self-hosted analytics that runs itself.',
    '',
    'usage: bellwether COMMAND [ARGUMENT...] [--OPTION...]',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'bellwether COMMAND --help tells more about one of them.',
    'Exit codes: 0 done, 1 failed, 2 wrong usage.',
    '',
  ].join('\n');
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const usage = ['usage: bellwether', command.name, ...command.positionals, '[--OPTION...]'].join(' ');
  const lines = [command.summary, '', usage, ''];
  if (Object.keys(command.options).length > 0) lines.push('options:', ...optionLines(command.options), '');
  lines.push('options of every command:', ...optionLines(commonOptions), '');
  if (command.notes !== undefined) lines.push(...command.notes, '');
  if (command.examples.length > 0) lines.push('examples:', ...command.examples.map((example) => `  ${example}`), '');
  return lines.join('\n');
}

function optionLines(options: Readonly<Record<string, Option>>): string[] {
  const heads = Object.entries(options).map(([name, option]) => {
    const head = option.value === undefined ? `--${name}` : `--${name} ${option.value}`;
    return { head, text: describe(option) };
  });
  const width = Math.min(26, Math.max(...heads.map(({ head }) => head.length)));
  return heads.flatMap(({ head, text }) => {
    const [first = '', ...rest] = wrap(text, 96 - width);
    const indented = rest.map((line) => ' '.repeat(width + 4) + line);
    return head.length > width
      ? [`  ${head}`, ' '.repeat(width + 4) + first, ...indented]
      : [`  ${head.padEnd(width)}  ${first}`, ...indented];
  });
}

function describe(option: Option): string {
  const choices = option.choices === undefined ? '' : ` One of ${option.choices.join(', ')}.`;
  return option.help + choices + (option.isMany === true ? ' May be repeated.' : '');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
