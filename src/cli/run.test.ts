/** Arguments, help and exit codes. */
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Problem } from '../shared/model/errors.ts';
import { numberOption } from './arguments.ts';
import { CommandFailed } from './command.ts';
import type { Call, Command } from './command.ts';
import { runCommandLine } from './run.ts';

function command(name: string, run: (call: Call) => Promise<number>, parts: Partial<Command> = {}): Command {
  return { name, summary: `Does ${name}.`, positionals: [], options: {}, examples: [`bellwether ${name}`], run, ...parts };
}

async function runWords(words: string[], commands: Command[]): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Call['terminal'] = {
    isTerminal: false,
    width: 100,
    stdin: Readable.from([]),
    print: (text) => void out.push(text),
    write: async (bytes) => void out.push(String(bytes)),
    tell: (line) => void err.push(line),
    progress: { show: () => undefined, clear: () => undefined },
  };
  const code = await runCommandLine(commands, words, { terminal, env: {}, now: () => 0, signal: new AbortController().signal });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const greet = command(
  'greet',
  async ({ args, options, terminal }) => {
    terminal.print(JSON.stringify({ args, options }));
    return 0;
  },
  {
    positionals: ['NAME', '[MORE...]'],
    options: {
      loud: { help: 'Shout.' },
      times: { value: 'N', help: 'How often.' },
      tone: { value: 'TONE', help: 'How.', choices: ['warm', 'cold'] },
      tag: { value: 'TAG', help: 'A tag.', isMany: true },
    },
  },
);

describe('a command line', () => {
  test('gives a command its arguments and options', async () => {
    const { code, out } = await runWords(['greet', 'Ada', 'Bob', '--loud', '--times', '-3', '--tag=a', '--tag', 'b'], [greet]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ args: ['Ada', 'Bob'], options: { loud: true, times: '-3', tag: ['a', 'b'] } });
  });

  test.each([
    [['greet', 'Ada', '--lout'], '--lout is not an option of "greet". Allowed: --loud --times --tone --tag --url --key --data --help'],
    [['greet', 'Ada', '--tone', 'sour'], '--tone "sour" is not allowed. Allowed: warm, cold'],
    [['greet', 'Ada', '--times'], '--times needs a value: --times N'],
    [['greet', 'Ada', '--loud=yes'], '--loud takes no value'],
    [['greet'], '"greet" needs NAME'],
    [['part', 'x'], '"x" is one argument too many for "part"'],
    [['grete'], '"grete" is not a command. Allowed: greet, part'],
    [['forecast'], '"forecast" is not in this version'],
  ])('%j is wrong usage', async (words, message) => {
    const { code, err, out } = await runWords(words, [greet, command('part', async () => 0)]);
    expect({ code, out, first: err.split('\n')[0] }).toEqual({ code: 2, out: '', first: `bellwether: ${message}` });
  });

  test('help lists the commands, and each tells its options', async () => {
    expect(await runWords(['--help'], [greet])).toMatchObject({ code: 0, out: expect.stringContaining('greet  Does greet.') });
    const { code, out } = await runWords(['greet', '--help'], [greet]);
    expect(code).toBe(0);
    expect(out).toContain('usage: bellwether greet NAME [MORE...] [--OPTION...]');
    expect(out).toMatch(/--tone TONE\s+How\. One of warm, cold\./);
    expect(out).toMatch(/--data DIR/);
  });

  test('no command at all shows the help and is wrong usage', async () => {
    expect((await runWords([], [greet])).code).toBe(2);
  });

  test('a failure is one line and code 1', async () => {
    const failing = command('fail', async () => {
      throw new CommandFailed('the disk is gone');
    });
    expect(await runWords(['fail'], [failing])).toEqual({ code: 1, out: '', err: 'bellwether: the disk is gone' });
    const refused = command('fail', async () => {
      throw new Problem('FORBIDDEN', 'This needs the scope "admin".');
    });
    expect(await runWords(['fail'], [refused])).toEqual({ code: 1, out: '', err: 'bellwether: This needs the scope "admin".' });
  });

  test('a reader that has seen enough is no failure', async () => {
    const piped = command('pipe', async () => {
      throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    });
    expect(await runWords(['pipe'], [piped])).toEqual({ code: 0, out: '', err: '' });
  });

  test('numbers are checked against their bounds', () => {
    const bounds = { min: 1, max: 10, isWhole: true };
    expect(numberOption({ n: '7' }, 'n', 1, bounds)).toBe(7);
    expect(() => numberOption({ n: '11' }, 'n', 1, bounds)).toThrow('--n "11" is not allowed. Allowed: a whole number from 1 to 10');
    expect(() => numberOption({ n: '' }, 'n', 1, bounds)).toThrow('--n "" is not allowed');
  });
});
