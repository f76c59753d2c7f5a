/** Reads the heads of a heads file: of each log the newest, and some of those before, from which the place of a difference can be told. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { headDocument, type HeadDocument } from '../../shared/contract/audit.ts';
import { CommandFailed } from '../command.ts';

/** Heads that one verification takes. */
const mostHeads = 5_000;
/** Of one log, while the file is read. */
const mostOfLog = 128;

/** What a file holds. */
export interface KeptHeads {
  heads: HeadDocument[];
  /** lines of the file */
  lines: number;
}

/** Heads of one log, thinned out as they become many: every second one goes, and the newest stays. */
class LogHeads {
  #kept: HeadDocument[] = [];
  #newest: HeadDocument | null = null;
  #stride = 1;
  #count = 0;

  add(head: HeadDocument): void {
    this.#newest = head;
    if (this.#count++ % this.#stride !== 0) return;
    this.#kept.push(head);
    if (this.#kept.length <= mostOfLog) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  /** At most `most`, the newest always. */
  heads(most: number): HeadDocument[] {
    const newest = this.#newest!;
    const others = this.#kept.filter((head) => head !== newest);
    const step = Math.max(1, Math.ceil(others.length / Math.max(1, most - 1)));
    return [...(most > 1 ? others.filter((_, i) => i % step === 0) : []), newest];
  }
}

/** The heads of `files`, only those of `workspaceId` unless it is null. @throws CommandFailed for a line that is no head */
export async function readKeptHeads(files: readonly string[], workspaceId: string | null): Promise<KeptHeads> {
  const logs = new Map<string, LogHeads>();
  let lines = 0;
  for (const file of files) {
    let number = 0;
    for await (const line of linesOf(file)) {
      number++;
      if (line.trim() === '') continue;
      const head = parseHead(line, file, number);
      if (workspaceId !== null && head.workspace !== workspaceId) continue;
      lines++;
      const log = logs.get(head.workspace) ?? new LogHeads();
      logs.set(head.workspace, log);
      log.add(head);
    }
  }
  if (logs.size > mostHeads)
    throw new CommandFailed(`the heads are of ${logs.size} workspaces; at most ${mostHeads} are checked at once: use --workspace ID`);
  const quota = Math.floor(mostHeads / Math.max(1, logs.size));
  return { heads: [...logs.values()].flatMap((log) => log.heads(quota)), lines };
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const stream = createReadStream(file);
  try {
    yield* createInterface({ input: stream, crlfDelay: Infinity });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') throw new CommandFailed(`${file} cannot be read: ${code}`);
    throw error;
  }
}

function parseHead(line: string, file: string, number: number): HeadDocument {
  const parsed = headDocument.safeParse(maybeJson(line));
  if (parsed.success) return parsed.data;
  throw new CommandFailed(`line ${number} of ${file} is no head of an audit log`);
}

function maybeJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
