/** Counts of the last minutes by key, in bounded memory. */

/** Adds up what happened under each key within a sliding window. */
export interface Recent {
  /** the sum within the window, `amount` included */
  add(key: string, atMs: number, amount?: number): number;
  sum(key: string, atMs: number): number;
  forget(key: string): void;
}

const slotsPerWindow = 30;

interface Slots {
  /** slot number by amount; old ones are dropped when touched */
  amounts: Map<number, number>;
}

/** Sums of the last `windowMs`, to a thirtieth of it; of more than `capacity` keys the one unused for longest is forgotten. */
export function recentSums(windowMs: number, capacity = 20_000): Recent {
  const slotMs = windowMs / slotsPerWindow;
  const known = new Map<string, Slots>();
  const trim = ({ amounts }: Slots, slot: number): number => {
    let total = 0;
    for (const [at, amount] of amounts) {
      if (at <= slot - slotsPerWindow) amounts.delete(at);
      else total += amount;
    }
    return total;
  };
  return {
    add: (key, atMs, amount = 1) => {
      const slot = Math.floor(atMs / slotMs);
      const slots = known.get(key) ?? { amounts: new Map<number, number>() };
      known.delete(key);
      if (known.size >= capacity) known.delete(known.keys().next().value!);
      known.set(key, slots);
      slots.amounts.set(slot, (slots.amounts.get(slot) ?? 0) + amount);
      return trim(slots, slot);
    },
    sum: (key, atMs) => {
      const slots = known.get(key);
      return slots === undefined ? 0 : trim(slots, Math.floor(atMs / slotMs));
    },
    forget: (key) => void known.delete(key),
  };
}
