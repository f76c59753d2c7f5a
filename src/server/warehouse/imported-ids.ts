/** The event ids that an import brought, for undoing it. */
import type { Warehouse } from '../ports/warehouse.ts';
import { bind, sql } from '../sql/statement.ts';

const idsPerBatch = 10_000;
const anHourMs = 3_600_000;

/** The ids of the stored events of an import in batches; events without an id have none. */
export async function* importedIds(warehouse: Pick<Warehouse, 'stream'>, workspaceId: string, importId: string): AsyncGenerator<string[]> {
  const statement = sql`SELECT id FROM events WHERE workspace = ${bind('String', workspaceId)} AND import_id = ${bind('String', importId)} AND id != ''`;
  const bytes = await warehouse.stream(statement, 'JSONCompactEachRow', { limits: { timeoutMs: anHourMs } });
  const decoder = new TextDecoder();
  let rest = '';
  let batch: string[] = [];
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) batch.push((JSON.parse(line) as [string])[0]);
    if (batch.length < idsPerBatch) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
