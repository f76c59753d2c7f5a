/** What we need of a place that lines are streamed to, such as a SIEM: it may go away at any time, and come back. */

/** A place for lines. */
export interface LineSink {
  /** after so long on a sound connection, written lines count as taken; 0: as soon as they are written */
  readonly settleMs: number;
  /** @throws when it cannot be reached */
  connect(): Promise<LineConnection>;
}

/** A way to a sink, until it breaks. */
export interface LineConnection {
  /** Resolves when more may be written. @throws when the connection breaks or broke */
  write(lines: string): Promise<void>;
  /** Why it broke; null: it has not. What was written less than {@link LineSink.settleMs} before may be lost. */
  broken(): Error | null;
  /** Hands over what was written, then ends; never throws. */
  close(): Promise<void>;
}
