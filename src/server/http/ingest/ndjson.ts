/** Takes NDJSON while it arrives: each step of about 1 MB is durable and counted before the next is read. */
import type { Readable } from 'node:stream';
import { Problem } from '../../../shared/model/errors.ts';
import { isGzip } from '../../ingest/decode.ts';
import { NdjsonSteps } from '../../ingest/formats/ndjson.ts';
import type { IngestAnswer } from '../../ingest/ingest.ts';
import { readWholeGzip, type WaitingPlace } from './whole-gzip.ts';

/** Takes the items of one step. */
export type TakeStep = (items: readonly unknown[]) => Promise<IngestAnswer>;

/** How a body is read. */
export interface NdjsonBody {
  stream: Readable;
  /** the sender says so; gzip is recognised without that too */
  isGzip: boolean;
  /** for gzip, which is looked at whole before any of it is taken */
  waitingPlace: WaitingPlace;
}

const ERRORS_PER_ANSWER = 100;

/**
 * What became of all events of `body`.
 * @throws any problem of a step, and BODY_UNDECODABLE for broken gzip, with the counts of what was taken before it
 */
export async function takeNdjson(body: NdjsonBody, takeStep: TakeStep): Promise<IngestAnswer> {
  const total: IngestAnswer = { accepted: 0, duplicates: 0, rejected: 0, errors: [] };
  const steps = new NdjsonSteps();
  const take = async (items: readonly unknown[]): Promise<void> => {
    if (items.length > 0) add(total, await takeStep(items));
  };
  try {
    await readUnpacked(body, async (chunks) => {
      for await (const chunk of chunks) await take(steps.push(chunk) ?? []);
    });
    await take(steps.finish());
  } catch (error) {
    throw withCounts(error, total);
  }
  return total;
}

function add(total: IngestAnswer, step: IngestAnswer): void {
  const before = total.accepted + total.duplicates + total.rejected;
  for (const error of step.errors) {
    if (total.errors.length < ERRORS_PER_ANSWER) total.errors.push({ ...error, index: before + error.index });
  }
  total.accepted += step.accepted;
  total.duplicates += step.duplicates;
  total.rejected += step.rejected;
}

type Chunks = AsyncIterable<Buffer>;

/** Hands the bytes of `body` to `read`, unpacked if they are gzip. */
async function readUnpacked(body: NdjsonBody, read: (chunks: Chunks) => Promise<void>): Promise<void> {
  const chunks = (body.stream as Chunks)[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  const all = rejoined(first.value, chunks);
  if (body.isGzip || isGzip(first.value)) await readWholeGzip(all, body.waitingPlace, read);
  else await read(all);
}

async function* rejoined(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** `error` as a problem that says how much was taken before it. */
function withCounts(error: unknown, taken: IngestAnswer): unknown {
  const problem = error instanceof Problem ? error : maybeBodyProblem(error);
  if (problem === null) return error;
  const events = taken.accepted + taken.duplicates + taken.rejected;
  const message = `${problem.message} ${events === 0 ? 'Nothing was taken.' : `${events} events before that were taken.`}`;
  return new Problem(problem.code, message, { ...problem.extra, ...taken }, error);
}

/** The problem when it is the body that failed: broken gzip, or a sender that hung up. */
function maybeBodyProblem(error: unknown): Problem | null {
  const { code, message } = error as Partial<NodeJS.ErrnoException>;
  if (code?.startsWith('Z_') === true) return new Problem('BODY_UNDECODABLE', `The gzip body is broken: ${message}.`);
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE')
    return new Problem('BODY_UNDECODABLE', 'The connection broke before the end of the body.');
  return null;
}
