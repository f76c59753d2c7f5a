/** A record of an input file, whatever the format. */

/** One record. Either `fields` are there, or `text` is sent as it is (the server says what is wrong with it), or `fault` tells why it cannot be read. */
export interface SourceRow {
  /** position in the file, from 0 */
  index: number;
  /** the record as JSON text, where the file holds JSON */
  text: string | null;
  fields: Record<string, unknown> | null;
  fault: string | null;
}

/** Records per batch that readers hand out. */
export const rowsPerBatch = 1000;

/** A record longer than this is not one. */
export const longestRecordBytes = 16 * 1_048_576;
