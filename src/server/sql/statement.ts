/** Warehouse SQL as values: a tagged template that binds every value and quotes every identifier. */

/** A value bound to a statement: the ClickHouse type it is sent as, and the value itself. */
export interface Bound {
  readonly kind: 'bound';
  readonly type: string;
  readonly value: unknown;
}

/** SQL text with `{pN:Type}` placeholders, and the values of the placeholders. */
export interface Statement {
  readonly kind: 'statement';
  readonly text: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** placeholders whose values nobody is shown; see {@link conceal} */
  readonly concealed?: readonly string[];
}

/** A part of a statement that is text we wrote ourselves, never anything that came from outside. */
interface Raw {
  readonly kind: 'raw';
  readonly text: string;
}

/** What may stand in a `${}` of {@link sql}. */
export type Part = Bound | Statement | Raw;

/** `value`, bound as the ClickHouse type `type` (`String`, `Float64`, `Array(String)`, `DateTime64(3, 'UTC')` ...). */
export function bind(type: string, value: unknown): Bound {
  return { kind: 'bound', type, value };
}

/** `name` as a back-quoted identifier; each part of a path is quoted by itself. */
export function identifier(...path: string[]): Raw {
  return { kind: 'raw', text: path.map(quoteIdentifier).join('.') };
}

/** Text that the code itself wrote. Never pass anything that came from outside. */
export function trusted(text: string): Raw {
  return { kind: 'raw', text };
}

/** `statement`, the values of which are sent to the engine and shown to nobody. */
export function conceal(statement: Statement): Statement {
  return { ...statement, concealed: Object.keys(statement.params) };
}

function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0')) throw new TypeError('an identifier must not be empty or hold a NUL');
  // an open brace is written as its code: nothing in a name may look like a placeholder
  return '`' + name.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('{', '\\x7b') + '`';
}

/** The statement that the template spells; placeholders are numbered through, also those of nested statements. */
export function sql(strings: TemplateStringsArray, ...parts: Part[]): Statement {
  return assemble(strings, parts);
}

/** `parts` with `separator` between them, as one statement. */
export function join(parts: readonly Part[], separator: string): Statement {
  const strings = ['', ...parts.slice(1).map(() => separator), ''];
  return parts.length === 0 ? assemble([''], []) : assemble(strings, parts);
}

function assemble(strings: readonly string[], parts: readonly Part[]): Statement {
  const params: Record<string, unknown> = {};
  const concealed: string[] = [];
  let count = 0;
  let text = strings[0] ?? '';
  parts.forEach((part, i) => {
    text += renderPart(part, (value, isConcealed) => {
      const name = `p${count++}`;
      params[name] = value;
      if (isConcealed) concealed.push(name);
      return name;
    });
    text += strings[i + 1] ?? '';
  });
  return { kind: 'statement', text, params, ...(concealed.length === 0 ? {} : { concealed }) };
}

function renderPart(part: Part, register: (value: unknown, isConcealed: boolean) => string): string {
  if (part.kind === 'raw') return part.text;
  if (part.kind === 'bound') return `{${register(part.value, false)}:${part.type}}`;
  const { params, concealed = [] } = part;
  return part.text.replace(/\{(p\d+):/g, (_, name: string) => `{${register(params[name], concealed.includes(name))}:`);
}
