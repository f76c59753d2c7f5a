/** `bellwether bench`: measures this machine against the budgets. */
import type { Command } from '../command.ts';
import { projectFile, runNode } from '../run-node.ts';

/** The command. */
export const benchCommand: Command = {
  name: 'bench',
  summary: 'Measure ingest, queries, sockets and start on this machine.',
  positionals: ['[NAME...]'],
  options: {},
  notes: ['NAME picks benchmarks; without one all are run. They start servers of their own in temporary folders.'],
  examples: ['bellwether bench', 'bellwether bench ingest'],
  run: (call) => runNode(projectFile('bench/run.ts'), call.args, call.env, call.signal),
};
