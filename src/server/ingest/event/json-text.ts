/** JSON text for the warehouse, written by hand: strings it can parse, and every number as a Float64. */

/** Anything that cannot stand between quotes as it is; surrogates too, because half a pair is not valid UTF-8. */
// oxlint-disable-next-line no-control-regex -- JSON forbids exactly these
const unsafe = /["\\\u0000-\u001f\ud800-\udfff]/;

/** Up to this length a loop over the characters is quicker than entering the regular expression engine. */
const SHORT_LENGTH = 48;

/** `text` as a JSON string. Lone surrogates become U+FFFD: the warehouse refuses a whole batch that holds one. */
export function quote(text: string): string {
  const length = text.length;
  if (length <= SHORT_LENGTH) {
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x20 || code === 0x22 || code === 0x5c || code >= 0xd800) return JSON.stringify(text.toWellFormed());
    }
  } else if (unsafe.test(text)) {
    return JSON.stringify(text.toWellFormed());
  }
  return '"' + text + '"';
}

/**
 * A finite `value` as JSON that the warehouse types Float64. `5` would become Int64 and 1e20 would be refused, so
 * whole numbers carry `.0`; one path then never mixes two number types.
 */
export function numberText(value: number): string {
  // TRICKY: from 1e21 on JavaScript prints an exponent, which needs no fraction.
  return Number.isInteger(value) && value < 1e21 && value > -1e21 ? value + '.0' : '' + value;
}

/** Remembers the quoted form of strings that come again and again; forgets everything when it has grown too large. */
export class QuoteCache {
  readonly #quoted = new Map<string, string>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** {@link quote}, remembered. Long strings are not kept. */
  quote(text: string): string {
    const known = this.#quoted.get(text);
    if (known !== undefined) return known;
    const quoted = quote(text);
    if (text.length <= 64) {
      if (this.#quoted.size >= this.#capacity) this.#quoted.clear();
      this.#quoted.set(text, quoted);
    }
    return quoted;
  }
}
