/** From the bytes of a body to JSON: gunzip within a limit, valid UTF-8, valid JSON. */
import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { eventLimits } from '../../shared/model/event.ts';
import { Problem } from '../../shared/model/errors.ts';

const gunzipAsync = promisify(gunzip);

/** Whether `bytes` begin like a gzip file. SDKs compress without always saying so in a header. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * `bytes`, unpacked if they are gzip.
 * @throws BODY_UNDECODABLE for broken or cut gzip, BODY_TOO_LARGE beyond 10 MB (a zip bomb is stopped there)
 */
export async function unpack(bytes: Buffer): Promise<Buffer> {
  if (!isGzip(bytes)) return bytes;
  try {
    return await gunzipAsync(bytes, { maxOutputLength: eventLimits.bodyBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw bodyTooLarge();
    throw new Problem('BODY_UNDECODABLE', `The gzip body is broken: ${(error as Error).message}. Nothing was taken.`);
  }
}

/** The problem of a body over the limit. */
export function bodyTooLarge(): Problem {
  return new Problem(
    'BODY_TOO_LARGE',
    `The body is larger than ${eventLimits.bodyBytes / 1_048_576} MB after unpacking. Send smaller batches, or NDJSON (application/x-ndjson), which has no limit.`,
  );
}

/** The problem of a body without anything in it, with the counts of every answer. */
export function bodyEmpty(message: string): Problem {
  return new Problem('BODY_EMPTY', message, { accepted: 0, duplicates: 0, rejected: 0, errors: [] });
}

/**
 * `bytes` as text, without a byte order mark.
 * @throws BODY_EMPTY, BODY_UNDECODABLE
 */
export function decodeText(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new Problem('BODY_UNDECODABLE', 'The body is not valid UTF-8.');
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/**
 * The JSON value in `text`.
 * @throws BODY_EMPTY, BODY_UNDECODABLE
 */
export function parseJson(text: string): unknown {
  if (text === '' || text.trim() === '') throw bodyEmpty('The body is empty. Send an event, an array of events or {"events":[...]}.');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('BODY_UNDECODABLE', `The body is not valid JSON: ${(error as Error).message}`);
  }
}
