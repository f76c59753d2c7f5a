/** A file to be imported, opened: where its bytes are, how it is packed, what format it holds, and the hash of its content. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CommandFailed, UsageError } from '../command.ts';

/** Formats that can be imported. */
export const inputFormats = ['csv', 'ndjson', 'json', 'parquet'] as const;
/** One of {@link inputFormats}. */
export type InputFormat = (typeof inputFormats)[number];

/** An opened file. */
export interface Input {
  /** as shown and remembered: the base name, or `stdin` */
  name: string;
  /** readable at random; for stdin and packed Parquet a temporary copy */
  path: string;
  sizeBytes: number;
  isGzip: boolean;
  format: InputFormat;
  /** removes temporary copies */
  close(): Promise<void>;
}

/** How many bytes of the file have been read, for progress. */
export interface ReadCounter {
  bytes: number;
}

/**
 * Opens `path` (`-`: all of stdin, copied to a temporary file first, so that it can be hashed, resumed and read at random).
 * @throws UsageError when there is no such file, CommandFailed when its format cannot be told
 */
export async function openInput(path: string, stdin: NodeJS.ReadableStream, format?: InputFormat): Promise<Input> {
  const copies: string[] = [];
  const close = async () => {
    for (const folder of copies.splice(0)) await rm(folder, { recursive: true, force: true });
  };
  try {
    const name = path === '-' ? 'stdin' : basename(path);
    let file = path === '-' ? await copyToTemp(stdin, copies) : path;
    await checkFile(file, path);
    let isGzip = await hasMagic(file, [0x1f, 0x8b]);
    const found = format ?? (await detectFormat(file, isGzip, name));
    if (found === 'parquet' && isGzip) {
      file = await copyToTemp(readContent({ path: file, isGzip }), copies);
      isGzip = false;
    }
    return { name, path: file, sizeBytes: (await stat(file)).size, isGzip, format: found, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function checkFile(file: string, given: string): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found === null) throw new UsageError(`FILE "${given}" does not exist. Allowed: a readable file, or - for standard input`);
  if (found.isDirectory()) throw new UsageError(`FILE "${given}" is a folder. Allowed: a readable file, or - for standard input`);
  if (found.isFile() && found.size === 0) throw new CommandFailed(`"${given}" is empty`);
}

async function copyToTemp(bytes: NodeJS.ReadableStream | AsyncIterable<Uint8Array>, copies: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-import-'));
  copies.push(folder);
  const file = join(folder, 'content');
  await pipeline(bytes, createWriteStream(file, { mode: 0o600 }));
  return file;
}

async function hasMagic(path: string, magic: readonly number[]): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    return bytesRead === magic.length && magic.every((byte, i) => buffer[i] === byte);
  } finally {
    await handle.close();
  }
}

/** The bytes of the file, unpacked. @throws CommandFailed when gzip is broken */
export async function* readContent(input: Pick<Input, 'path' | 'isGzip'>, counter: ReadCounter = { bytes: 0 }): AsyncGenerator<Uint8Array> {
  const file = createReadStream(input.path, { highWaterMark: 256 * 1024 });
  file.on('data', (chunk) => (counter.bytes += chunk.length));
  if (!input.isGzip) {
    yield* file as AsyncIterable<Uint8Array>;
    return;
  }
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  file.on('error', (error) => gunzip.destroy(error));
  try {
    yield* file.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new CommandFailed(`the gzip data is broken: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    file.destroy();
    gunzip.destroy();
  }
}

/** SHA-256 of the unpacked content, hex: the same for `a.csv` and `a.csv.gz`. */
export async function hashContent(
  input: Pick<Input, 'path' | 'isGzip'>,
  counter: ReadCounter,
  onChunk: () => void,
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readContent(input, counter)) {
    hash.update(chunk);
    signal.throwIfAborted();
    onChunk();
  }
  return hash.digest('hex');
}

const formatByExtension: Readonly<Record<string, InputFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
  pq: 'parquet',
};

async function detectFormat(path: string, isGzip: boolean, name: string): Promise<InputFormat> {
  const head = await readHead(path, isGzip);
  const isParquet = head.subarray(0, 4).toString('latin1') === 'PAR1';
  if (isParquet) return 'parquet';
  const text = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text.startsWith('[')) return 'json';
  const extension = name.replace(/\.gz$/i, '').split('.').at(-1)?.toLowerCase() ?? '';
  const byExtension = formatByExtension[extension];
  if (byExtension !== undefined && byExtension !== 'parquet') return byExtension;
  if (text.startsWith('{')) return isJson(text.split('\n', 1)[0] ?? '') ? 'ndjson' : 'json';
  if (/[,;\t|]/.test(text.split('\n', 1)[0] ?? '')) return 'csv';
  throw new CommandFailed(`"${name}" does not look like CSV, NDJSON, JSON or Parquet; say which with --input-format`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function readHead(path: string, isGzip: boolean): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readContent({ path, isGzip })) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= 65_536) break;
  }
  return Buffer.concat(parts);
}
