/** The native part of chDB, typed: the few calls that the child makes. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** An opaque native connection. Runs one thing at a time. */
export type NativeConnection = object & { readonly brand: 'connection' };
/** An opaque running stream. */
export type NativeStream = object & { readonly brand: 'stream' };

/** A whole answer, already formatted. */
export interface NativeAnswer {
  bytes: Buffer;
  /** seconds */
  elapsed: number;
  rowsRead: number;
  bytesRead: number;
}

/** The addon. Errors carry the engine's text, which begins with `Code: N.`. */
export interface ChdbAddon {
  CreateConnection(folder: string, args: readonly string[]): NativeConnection;
  CloseConnection(connection: NativeConnection): void;
  QueryAsyncConnection(connection: NativeConnection, sql: string, format: string): Promise<NativeAnswer>;
  /** Blocks while the statement is planned; scalar sub-queries run in here. */
  StreamQuery(connection: NativeConnection, sql: string, format: string): NativeStream;
  StreamFetch(stream: NativeStream): Promise<{ bytes: Buffer; numRows: number; done: boolean }>;
  StreamCancel(stream: NativeStream): void;
}

/** The addon of this platform. Takes about 100 ms and 150 MB: only the warehouse child calls this. */
export function loadChdbAddon(): ChdbAddon {
  const require = createRequire(import.meta.url);
  const { loadNative } = require(join(dirname(require.resolve('chdb')), 'dist', 'loader.js')) as { loadNative: () => ChdbAddon };
  return loadNative();
}
