/** Statements as a person reads them in the lineage: values in their places. For reading only, it never goes to the engine. */
import type { Statement } from '../sql/statement.ts';

/** The text of `statement` with its values written out as literals, concealed ones as `…`. */
export function readableSql({ text, params, concealed = [] }: Statement): string {
  return text.replace(/\{(p\d+):((?:[^{}])+)\}/g, (_, name: string) => (concealed.includes(name) ? '…' : literal(params[name]))).trim();
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'symbol') return `<${value.description}>`;
  return typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(value);
}
