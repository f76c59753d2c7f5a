/** An error in the words of the engine: a number and a text that clients of ClickHouse know how to read. */

/** Numbers of ClickHouse errors that the child itself raises. */
export const engineCodes = {
  syntaxError: 62,
  unknownPacket: 99,
  tooManyRequests: 202,
  tooLarge: 131,
  cancelled: 394,
  parameterMissing: 456,
  accessDenied: 497,
  authentication: 516,
} as const;

/** An error with the engine's number. */
export class EngineError extends Error {
  readonly engineCode: number;

  constructor(engineCode: number, message: string) {
    super(message);
    this.name = 'EngineError';
    this.engineCode = engineCode;
  }
}

/** An error of the child itself, worded like one of the engine. */
export function engineError(code: keyof typeof engineCodes, message: string): EngineError {
  const name = code.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase();
  return new EngineError(engineCodes[code], `Code: ${engineCodes[code]}. DB::Exception: ${message}. (${name})`);
}

/** Whatever the addon threw, as an {@link EngineError}; the number is 1001 (standard exception) when the text has none. */
export function asEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = /Code: (\d+)/.exec(message)?.[1];
  return code === undefined
    ? new EngineError(1001, `Code: 1001. DB::Exception: ${message}. (STD_EXCEPTION)`)
    : new EngineError(Number(code), message);
}
