/** Small values kept in the browser; in memory where it keeps none. */

const memory: Record<string, string> = {};

/** The value kept under `name`; null if there is none. */
export function readValue(name: string): string | null {
  try {
    return localStorage.getItem(`bellwether.${name}`);
  } catch {
    return memory[name] ?? null;
  }
}

/** Keeps `value` under `name`, and gives it back. */
export function writeValue(name: string, value: string): string {
  memory[name] = value;
  try {
    localStorage.setItem(`bellwether.${name}`, value);
  } catch {
    // Storage is full or switched off: the value lives as long as the page.
  }
  return value;
}

/** Forgets the value under `name`. */
export function removeValue(name: string): void {
  delete memory[name];
  try {
    localStorage.removeItem(`bellwether.${name}`);
  } catch {
    // Storage is switched off: there was nothing.
  }
}

/** 128 random bits in hex. `crypto.randomUUID` is missing on plain http. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
