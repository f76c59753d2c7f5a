/** Keeps better-auth 1.7.5 from storing session tokens as they are: the catalog holds their SHA-256 alone. */
import type { BetterAuthOptions } from '@better-auth/core';
import type { DBAdapter, Where } from '@better-auth/core/db/adapter';
import { digest } from '../../random-text.ts';

type AdapterMaker = (options: BetterAuthOptions) => DBAdapter;
type Row = Record<string, unknown>;

/**
 * The adapters of `make`, which hash the token of a session before it is written or looked for, and put it back into what was found
 * by it. better-auth must not find sessions by anything else than their token: it would take the hash for one. Our own code does that.
 */
export function hashingTokens(make: AdapterMaker): AdapterMaker {
  return (options) => {
    const adapter = make(options);
    return {
      ...adapter,
      create: async <T extends Row, R = T>(call: Parameters<typeof adapter.create>[0]): Promise<R> => {
        const token = call.model === 'session' ? call.data.token : undefined;
        if (typeof token !== 'string') return adapter.create<T, R>(call as Parameters<typeof adapter.create<T>>[0]);
        const row = await adapter.create<Row, Row>({ ...call, data: { ...call.data, token: digest(token) } });
        return { ...row, token } as R;
      },
      findOne: async <T>(call: Parameters<typeof adapter.findOne>[0]) => withToken(call, await adapter.findOne<T>(hashed(call))),
      findMany: async <T>(call: Parameters<typeof adapter.findMany>[0]) => {
        const rows = await adapter.findMany<T>(hashed(call));
        return rows.map((row) => withToken(call, row) as T);
      },
      update: async <T>(call: Parameters<typeof adapter.update>[0]) => withToken(call, await adapter.update<T>(hashed(call))),
      consumeOne: async <T>(call: Parameters<typeof adapter.consumeOne>[0]) => withToken(call, await adapter.consumeOne<T>(hashed(call))),
      updateMany: (call) => adapter.updateMany(hashed(call)),
      delete: (call) => adapter.delete(hashed(call)),
      deleteMany: (call) => adapter.deleteMany(hashed(call)),
    };
  };
}

interface Call {
  model: string;
  where?: Where[] | undefined;
}

function hashed<C extends Call>(call: C): C {
  if (call.model !== 'session' || call.where === undefined) return call;
  const where = call.where.map((part) => (part.field === 'token' ? { ...part, value: hashedValue(part.value) } : part));
  return { ...call, where };
}

function hashedValue(value: Where['value']): Where['value'] {
  if (Array.isArray(value)) return value.map((each) => digest(String(each)));
  return digest(String(value));
}

/** What was found by one token, with that token in the place of its hash. */
function withToken<T>(call: Call, row: T | null): T | null {
  if (row === null || call.model !== 'session') return row;
  const token = call.where?.find((part) => part.field === 'token')?.value;
  return { ...row, token: typeof token === 'string' ? token : '' };
}
