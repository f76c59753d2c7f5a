/** `bellwether start`: the server, until it is stopped. */
import { textOption } from '../arguments.ts';
import { UsageError } from '../command.ts';
import type { Call, Command } from '../command.ts';
import { dataFolderOf } from '../connect.ts';
import { projectFile, runNode } from '../run-node.ts';

/** The command. */
export const startCommand: Command = {
  name: 'start',
  summary: 'Start the server, with its web app and its stores.',
  positionals: [],
  options: {
    port: { value: 'PORT', help: 'TCP port; 0 takes any free one. Default: PORT, else 3000.' },
    host: { value: 'ADDRESS', help: 'Address to listen on. Default: HOST, else 127.0.0.1.' },
    demo: { help: 'With a demo workspace and its simulator, clearly marked as demo data.' },
  },
  notes: ['Everything else is set by environment variables, see docs/guides/configuration.md.'],
  examples: ['bellwether start', 'PORT=8080 bellwether start', 'bellwether start --demo --data ./demo'],
  async run(call) {
    if (textOption(call.options, 'url') !== undefined)
      throw new UsageError('--url is for commands that talk to a server; "start" starts one');
    const prepared = await runNode(projectFile('scripts/prepare.mjs'), ['start'], call.env, call.signal);
    if (prepared !== 0) return 1;
    const words = call.options.demo === true ? ['--demo'] : [];
    return runNode(projectFile('src/server/main.ts'), words, environment(call), call.signal);
  },
};

function environment(call: Call): Record<string, string | undefined> {
  const port = textOption(call.options, 'port');
  const host = textOption(call.options, 'host');
  return {
    ...call.env,
    BELLWETHER_DATA: dataFolderOf(call),
    ...(port === undefined ? {} : { PORT: port }),
    ...(host === undefined ? {} : { HOST: host }),
  };
}
