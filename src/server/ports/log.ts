/** Where the server writes what happened. Secrets never go in. */

/** A structured log, as pino gives it. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
