/** Checks the properties of an event and writes them as warehouse JSON, in one walk. */
import { eventLimits, type Json } from '../../../shared/model/event.ts';
import { numberText, quote } from './json-text.ts';
import { Refusal, shown } from './refusal.ts';

const KEY_CACHE_CAPACITY = 20_000;

/** Walks properties. One instance serves a whole process; it is not re-entrant. */
export class PropertyWalk {
  /** `"key":` of every plain key seen: not empty, not too long, without a dot */
  readonly #keyTexts = new Map<string, string>();
  #count = 0;
  #hasDottedKey = false;
  #refusal: Refusal | null = null;

  /** The JSON text of `properties`, or why they cannot be kept. Nulls mean "missing" and are left out. */
  write(properties: { [key: string]: Json }): string | Refusal {
    this.#count = 0;
    this.#hasDottedKey = false;
    this.#refusal = null;
    const text = this.#object(properties, 1, false);
    if (this.#refusal !== null) return this.#refusal;
    if (this.#hasDottedKey) {
      const twice = maybePathGivenTwice(properties);
      if (twice !== null)
        return new Refusal(
          'PROPERTY_KEY_INVALID',
          `The property ${shown(twice)} is given twice: a dot in a key separates the parts of a path.`,
        );
    }
    return text;
  }

  #object(object: { [key: string]: Json }, depth: number, isInArray: boolean): string {
    if (depth > eventLimits.depth) return this.#refuse('PROPERTIES_TOO_DEEP', `Properties nest deeper than ${eventLimits.depth} levels.`);
    let text = '';
    // for-in is the only loop over keys that allocates nothing; parsed JSON inherits nothing enumerable.
    for (const key in object) {
      const value = object[key];
      const keyText = this.#keyTexts.get(key) ?? this.#newKey(key);
      if (!isInArray && ++this.#count > eventLimits.properties) {
        return this.#refuse('PROPERTIES_TOO_MANY', `More than ${eventLimits.properties} properties.`);
      }
      if (value === null || value === undefined) continue;
      text += (text === '' ? '{' : ',') + keyText + this.#value(value, depth, isInArray);
      if (this.#refusal !== null) return '';
    }
    return text === '' ? '{}' : text + '}';
  }

  #value(value: Json, depth: number, isInArray: boolean): string {
    if (typeof value === 'string') return quote(value);
    if (typeof value === 'number')
      return Number.isFinite(value)
        ? numberText(value)
        : this.#refuse('PROPERTY_VALUE_INVALID', 'A number is too large for a 64-bit float (at most about 1.8e308).');
    if (typeof value === 'boolean') return value ? 'true' : 'false';
    if (value === null) return 'null';
    return Array.isArray(value) ? this.#array(value, depth + 1) : this.#object(value, depth + 1, isInArray);
  }

  #array(array: readonly Json[], depth: number): string {
    if (depth > eventLimits.depth) return this.#refuse('PROPERTIES_TOO_DEEP', `Properties nest deeper than ${eventLimits.depth} levels.`);
    let text = '[';
    for (let i = 0; i < array.length; i++) {
      if (i > 0) text += ',';
      text += this.#value(array[i] ?? null, depth, true);
      if (this.#refusal !== null) return '';
    }
    return text + ']';
  }

  #newKey(key: string): string {
    if (key === '') return this.#refuse('PROPERTY_KEY_INVALID', 'A property key is empty.');
    if (key.length > eventLimits.keyLength) {
      return this.#refuse('PROPERTY_KEY_INVALID', `The property key ${shown(key)} is longer than ${eventLimits.keyLength} characters.`);
    }
    if (key === '__proto__') return this.#refuse('PROPERTY_KEY_INVALID', 'The property key "__proto__" is reserved.');
    // Two such keys could both become U+FFFD.
    if (!key.isWellFormed()) return this.#refuse('PROPERTY_KEY_INVALID', `The property key ${shown(key)} is not valid Unicode.`);
    const text = quote(key) + ':';
    if (key.includes('.')) {
      this.#hasDottedKey = true;
      return text;
    }
    if (this.#keyTexts.size >= KEY_CACHE_CAPACITY) this.#keyTexts.clear();
    this.#keyTexts.set(key, text);
    return text;
  }

  #refuse(...why: ConstructorParameters<typeof Refusal>): '' {
    this.#refusal ??= new Refusal(...why);
    return '';
  }
}

/**
 * The first path that two keys of `value` both spell, such as `a.b` beside `a:{b}`; null if there is none. The
 * warehouse refuses a whole batch that holds such a row. Objects inside arrays have path spaces of their own.
 */
function maybePathGivenTwice(value: { [key: string]: Json }): string | null {
  const seen = new Set<string>();
  const walk = (object: { [key: string]: Json }, prefix: string): string | null => {
    for (const key in object) {
      const child = object[key] ?? null;
      if (child === null) continue;
      const path = prefix + key;
      const isObject = typeof child === 'object' && !Array.isArray(child);
      if (!isObject) {
        if (seen.has(path)) return path;
        seen.add(path);
      }
      const twice = isObject ? walk(child, path + '.') : Array.isArray(child) ? twiceWithin(child) : null;
      if (twice !== null) return twice;
    }
    return null;
  };
  return walk(value, '');
}

function twiceWithin(array: readonly Json[]): string | null {
  for (const item of array) {
    if (typeof item !== 'object' || item === null) continue;
    const twice = Array.isArray(item) ? twiceWithin(item) : maybePathGivenTwice(item);
    if (twice !== null) return twice;
  }
  return null;
}
