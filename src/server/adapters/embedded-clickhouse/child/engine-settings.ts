/** Settings of native connections, as text for SET: only what differs from the request before is sent. */

/** Setting values by name. */
export type Settings = ReadonlyMap<string, string>;

/** `value` as an SQL string. All values are quoted: the engine converts, and a token of digits stays a token. */
export function quote(value: string): string {
  return "'" + value.replaceAll('\\', '\\\\').replaceAll("'", "\\'") + "'";
}

/** The SET statement that leads from `current` to `wanted`; null when nothing differs. Parameters are never reset. */
export function settingsChange(current: Settings, wanted: Settings): string | null {
  const changes: string[] = [];
  for (const [name, value] of wanted) {
    if (current.get(name) !== value) changes.push(`${name} = ${quote(value)}`);
  }
  for (const name of current.keys()) {
    if (!wanted.has(name) && !name.startsWith('param_')) changes.push(`${name} = DEFAULT`);
  }
  return changes.length === 0 ? null : `SET ${changes.join(', ')}`;
}

/** Strings, quoted names and comments; then, in one group each, the name of a placeholder and a semicolon. */
const notable = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`\\]|\\.|``)*`|--[^\n]*|\/\*[\s\S]*?\*\/|\{\s*(\w+)\s*:|(;)/g;

/** Names of the `{name:Type}` placeholders of a statement, outside of strings and comments. */
export function placeholders(statement: string): string[] {
  if (!statement.includes('{')) return [];
  return [...statement.matchAll(notable)].flatMap((match) => match[1] ?? []);
}

/** true when something follows a semicolon: chDB would run it too, where a server refuses it. */
export function hasSeveralStatements(text: string): boolean {
  if (!text.includes(';')) return false;
  const first = [...text.matchAll(notable)].find((match) => match[2] !== undefined);
  return (
    first !== undefined &&
    text
      .slice(first.index)
      .replace(/;|--[^\n]*|\/\*[\s\S]*?\*\//g, '')
      .trim() !== ''
  );
}

/** true when a statement says INTO OUTFILE or FROM INFILE, for which the engine asks no permission. */
export function namesFiles(statement: string): boolean {
  if (!/\b(?:OUTFILE|INFILE)\b/i.test(statement)) return false;
  const bare = statement.replace(notable, (token, placeholder?: string, semicolon?: string) =>
    (placeholder ?? semicolon) === undefined ? ' ' : token,
  );
  return /\b(?:INTO\s+OUTFILE|FROM\s+INFILE)\b/i.test(bare);
}
