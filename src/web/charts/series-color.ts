/** Which colour a series has: a dimension's value keeps its colour on every panel and after every reload. */

/** Place in the palette's series, or one of its two greys. */
export type SeriesColor = number | 'others';

const slots = 8;

/** Colours taken per dimension, by value. */
export type TakenColors = Map<string, Map<string, number>>;

function hash(text: string): number {
  let sum = 2166136261;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 16777619);
  return sum >>> 0;
}

/** The first place from `start` on that `isFree`; -1 if none is. */
function findFree(start: number, isFree: (slot: number) => boolean): number {
  for (let step = 0; step < slots; step++) if (isFree((start + step) % slots)) return (start + step) % slots;
  return -1;
}

/**
 * Colours for `values` of `dimension`, all different up to eight. A value gets the colour that its name falls on unless
 * another value of the dimension has taken it; what was taken once is remembered in `taken`.
 */
export function assignColors(taken: TakenColors, dimension: string, values: readonly string[]): number[] {
  let known = taken.get(dimension);
  if (known === undefined) taken.set(dimension, (known = new Map()));
  const inUse = new Set(known.values());
  for (const value of values) {
    if (known.has(value)) continue;
    const free = findFree(hash(value) % slots, (slot) => !inUse.has(slot));
    if (free < 0) break;
    known.set(value, free);
    inUse.add(free);
  }
  const here = new Set<number>();
  return values.map((value) => {
    const wanted = known.get(value) ?? hash(value) % slots;
    const slot = here.has(wanted) && here.size < slots ? findFree(wanted, (one) => !here.has(one)) : wanted;
    here.add(slot);
    return slot;
  });
}

const storageKey = 'bellwether.colors';
let remembered: TakenColors | undefined;

function load(): TakenColors {
  try {
    const stored = JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Record<string, Record<string, number>>;
    return new Map(Object.entries(stored).map(([dimension, slotsByValue]) => [dimension, new Map(Object.entries(slotsByValue))]));
  } catch {
    return new Map();
  }
}

/** {@link assignColors} with the colours that this browser remembers. */
export function rememberedColors(dimension: string, values: readonly string[]): number[] {
  remembered ??= load();
  const before = remembered.get(dimension)?.size ?? 0;
  const colors = assignColors(remembered, dimension, values);
  if (remembered.get(dimension)?.size !== before) {
    const plain = Object.fromEntries([...remembered].map(([name, slotByValue]) => [name, Object.fromEntries(slotByValue)]));
    localStorage.setItem(storageKey, JSON.stringify(plain));
  }
  return colors;
}
