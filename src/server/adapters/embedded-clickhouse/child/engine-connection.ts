/** One native connection: settings before each request, then one request at a time. */
import type { ChdbAddon, NativeAnswer, NativeConnection } from './chdb-addon.ts';
import { asEngineError, engineError } from './engine-error.ts';
import { hasSeveralStatements, namesFiles, placeholders, quote, settingsChange, type Settings } from './engine-settings.ts';

/** What runs on a connection. `mark` opens the text, so that the running statement can be found and killed. */
export interface EngineRequest {
  mark: string;
  sql: string;
  settings: Settings;
  parameters: Settings;
}

/**
 * One native connection.
 *
 * TRICKY: parameters go in by `SET param_x`, never by the addon's own argument: chDB 3.4 keeps that argument in one place
 * for the whole process, and statements running at the same time on other connections overwrite it.
 *
 * TRICKY: a connection whose statement failed is never used again: chDB 3.4 keeps what the statement had written so far and
 * puts it in front of the next answer on that connection, which may be somebody else's. A new connection takes 0.6 ms.
 */
export class EngineConnection {
  readonly #addon: ChdbAddon;
  readonly #base: Settings;
  readonly #native: NativeConnection;
  #current: Settings = new Map();
  #isBroken = false;

  constructor(addon: ChdbAddon, folder: string, engineArguments: readonly string[], base: Settings) {
    this.#addon = addon;
    this.#base = base;
    this.#native = addon.CreateConnection(folder, engineArguments);
  }

  /** true after anything failed on it: it must be closed and replaced */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** The whole answer in `format`, unless the statement names another. */
  async query(request: EngineRequest, format: string): Promise<NativeAnswer> {
    const sql = await this.#prepare(request);
    return this.#guard(this.#addon.QueryAsyncConnection(this.#native, sql, format));
  }

  /**
   * Inserts the rows in the file at `path`; the statement ends with its FORMAT.
   *
   * TRICKY: the addon's own insert from memory is not for bytes that came from anywhere: after an empty line it takes the rest
   * for further statements, and runs them.
   */
  async insert(request: EngineRequest, path: string): Promise<NativeAnswer> {
    const parts = /^([\s\S]+)\sFORMAT\s+(\w+)[\s;]*$/i.exec(request.sql);
    if (parts === null) throw engineError('syntaxError', 'Syntax error: an INSERT that brings rows must end with FORMAT and its name');
    await this.#prepare(request);
    const sql = `${request.mark}${parts[1]} FROM INFILE ${quote(path)} COMPRESSION 'none' FORMAT ${parts[2]}`;
    return this.#guard(this.#addon.QueryAsyncConnection(this.#native, sql, 'Null'));
  }

  /** The answer piece by piece. Only for formats whose pieces can be put one after another. */
  async *stream(request: EngineRequest, format: string): AsyncGenerator<Buffer, void, undefined> {
    const sql = await this.#prepare(request);
    const stream = await this.#guard((async () => this.#addon.StreamQuery(this.#native, sql, format))());
    try {
      for (;;) {
        const piece = await this.#guard(this.#addon.StreamFetch(stream));
        if (piece.done) return;
        if (piece.bytes.length > 0) yield piece.bytes;
      }
    } finally {
      this.#addon.StreamCancel(stream);
    }
  }

  close(): void {
    this.#addon.CloseConnection(this.#native);
  }

  async #prepare(request: EngineRequest): Promise<string> {
    if (hasSeveralStatements(request.sql)) throw engineError('syntaxError', 'Syntax error: Multi-statements are not allowed');
    if (namesFiles(request.sql)) throw engineError('accessDenied', 'Statements may not read or write files');
    const missing = placeholders(request.sql).find((name) => !request.parameters.has(`param_${name}`));
    if (missing !== undefined) throw engineError('parameterMissing', `Substitution \`${missing}\` is not set`);
    const wanted = new Map([...this.#base, ...request.settings, ...request.parameters]);
    const change = settingsChange(this.#current, wanted);
    if (change !== null) await this.#guard(this.#addon.QueryAsyncConnection(this.#native, change, 'Null'));
    this.#current = wanted;
    return request.mark + request.sql;
  }

  async #guard<T>(result: Promise<T>): Promise<T> {
    try {
      return await result;
    } catch (error) {
      this.#isBroken = true;
      throw asEngineError(error);
    }
  }
}
