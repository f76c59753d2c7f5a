/** Masks as SQL. A masked value is text or a number like any other; what a mask cannot show is missing. */
import { bind, identifier, join, sql, trusted, type Statement } from '../../sql/statement.ts';
import type { Masking } from './masks.ts';
import { saltValue } from './salt.ts';

/** Stands in front of the last four characters, however many were there before. */
export const dots = '••••';

/** What kind of value is hashed: the number 5 and the text "5" are two. */
export const hashTags = { text: 's', number: 'n', boolean: 'b' } as const;

/** Nothing, as text of a column where '' is missing; no constant, which could not be grouped by. */
export const nothing: Statement = sql`materialize('')`;

/** `text`, in which '' is missing, behind `masking`. */
export function maskedText(text: Statement, masking: Masking | null): Statement {
  if (masking === null) return text;
  if (masking.as === 'hash') return sql`if(${text} = '', '', ${hash(sql`${bind('String', hashTags.text)}, ${text}`)})`;
  if (masking.as === 'last4') return sql`if(${text} = '', '', ${lastFour(text)})`;
  return nothing;
}

/** A property behind `masking`, as {@link typedProperty} gives it: NULL where it is missing or of another type. */
export function maskedProperty(path: readonly string[], masking: Masking, type: 'String' | 'Float64' | 'Bool'): Statement {
  if (masking.as === 'bucket' && type === 'Float64') return bucket(typedProperty(path, 'Float64'), masking.step);
  if (masking.as === 'hash' && type === 'String') return hashedProperty(path);
  if (masking.as === 'last4' && type === 'String') return lastFour(textOrNumber(path));
  return sql`CAST(NULL, ${trusted(`'Nullable(${type})'`)})`;
}

/** A property as the engine types it: NULL where it is missing or of another type. */
export function typedProperty(path: readonly string[], type: 'String' | 'Float64' | 'Bool'): Statement {
  return sql`${identifier('properties', ...path)}.:${identifier(type)}`;
}

/** Whether the property is a list, objects in it or not. */
export function isList(path: readonly string[]): Statement {
  return sql`startsWith(dynamicType(${identifier('properties', ...path)}), 'Array(')`;
}

/**
 * An unreadable number that is the same for the same row: it tells rows of one instant apart without an order that would
 * tell anything of what is masked.
 */
export function saltedRow(columns: readonly Statement[]): Statement {
  return sql`sipHash64(${join([saltValue, ...columns], ', ')})`;
}

function hashedProperty(path: readonly string[]): Statement {
  const values = {
    text: typedProperty(path, 'String'),
    number: sql`toString(${typedProperty(path, 'Float64')})`,
    boolean: sql`toString(${typedProperty(path, 'Bool')})`,
  };
  const tagged = (['text', 'number', 'boolean'] as const).map((type) => sql`concat(${bind('String', hashTags[type])}, ${values[type]})`);
  return hash(sql`coalesce(${join(tagged, ', ')})`);
}

/** 16 hexadecimal digits; NULL of NULL. */
function hash(parts: Statement): Statement {
  return sql`lower(hex(substring(SHA256(concat(${saltValue}, ${parts})), 1, 8)))`;
}

function textOrNumber(path: readonly string[]): Statement {
  return sql`coalesce(${typedProperty(path, 'String')}, toString(${typedProperty(path, 'Float64')}))`;
}

/** NULL of NULL. Text of four characters or fewer would be shown whole: it is all dots. */
function lastFour(text: Statement): Statement {
  return sql`concat(${bind('String', dots)}, if(lengthUTF8(${text}) > 4, rightUTF8(${text}, 4), left(${text}, 0)))`;
}

function bucket(number: Statement, step: number): Statement {
  const lower = sql`floor(${number} / ${bind('Float64', step)}) * ${bind('Float64', step)}`;
  return sql`if(isFinite(${lower}), ${lower}, NULL)`;
}

/** Text columns of the events by name, as a masked answer shows them. */
export function maskedColumn(column: string, masking: Masking | null): Statement {
  return maskedText(sql`${identifier(column)}`, masking);
}
