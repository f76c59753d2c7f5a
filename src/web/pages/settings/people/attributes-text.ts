/** Attributes of a member as they are typed: several values with commas between, text that looks like a number in quotes. */
import { readValue, writeValue } from '../../../data/condition-text.ts';
import type { MemberAttributes } from '../../../data/admin/members.ts';

/** One attribute on its way through a form. */
export interface TypedAttribute {
  name: string;
  /** as typed */
  text: string;
}

type Value = MemberAttributes[string];
type One = string | number | boolean;

function writeOne(value: One): string {
  const text = writeValue(value);
  return typeof value === 'string' && /[,"]/.test(value) && !text.startsWith('"') ? JSON.stringify(value) : text;
}

function readOne(text: string): One {
  const value = readValue(text);
  return value === null ? text : value;
}

/** A value as it is typed. */
export function writeAttribute(value: Value): string {
  return Array.isArray(value) ? value.map(writeOne).join(', ') : writeOne(value);
}

/** The value that was typed: a comma outside of quotes makes a list. */
export function readAttribute(text: string): Value {
  const parts = (text.match(/"(?:[^"\\]|\\.)*"|[^,]+/g) ?? []).map((part) => part.trim()).filter((part) => part !== '');
  const values = parts.map(readOne);
  return values.length === 1 && !/,\s*$/.test(text) ? (values[0] as One) : values;
}

/** Attributes as they are typed, in their order. */
export function typedAttributes(attributes: MemberAttributes): TypedAttribute[] {
  return Object.entries(attributes).map(([name, value]) => ({ name, text: writeAttribute(value) }));
}

/** What was typed as attributes; lines without a name or a value are left out. */
export function attributesOf(typed: readonly TypedAttribute[]): MemberAttributes {
  return Object.fromEntries(
    typed.filter(({ name, text }) => name.trim() !== '' && text.trim() !== '').map(({ name, text }) => [name.trim(), readAttribute(text)]),
  );
}
