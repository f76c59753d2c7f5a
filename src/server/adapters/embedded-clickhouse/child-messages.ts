/** What the supervisor and the warehouse child say to each other over IPC. */

/** How the child is to run; sent once, so that the secret is neither in the command line nor in the environment. */
export interface ChildOptions {
  folder: string;
  secret: string;
  /** connections for questions, and for inserts and commands */
  readers: number;
  writers: number;
  /** further arguments of the engine, as of `clickhouse local` */
  engineArguments: string[];
}

/** Supervisor to child. */
export type ToChild = { kind: 'start'; options: ChildOptions } | { kind: 'ping'; n: number } | { kind: 'stop' };

/** Child to supervisor. */
export type FromChild = { kind: 'ready'; port: number } | { kind: 'failed'; message: string } | { kind: 'pong'; n: number };
