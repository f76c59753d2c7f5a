/** Log lines for people: on a terminal the server writes these instead of JSON. */

const levelWords: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/** One line of pino's JSON as time, level, message and the rest; text that is no JSON stays as it is. */
export function humanLine(json: string): string {
  try {
    const { level, time, msg, err, ...rest } = JSON.parse(json) as Record<string, unknown>;
    const clock = new Date(Number(time)).toISOString().slice(11, 19);
    const stack = (err as { stack?: string } | undefined)?.stack;
    const details = Object.entries(rest).map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
    return `${clock} ${(levelWords[Number(level)] ?? String(level)).padEnd(5)} ${String(msg)}${details.join('')}${stack === undefined ? '' : `\n${stack}`}\n`;
  } catch {
    return json;
  }
}
