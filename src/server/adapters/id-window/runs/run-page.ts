/**
 * The layout of a run: pages of sorted keys, then the first key of each page and a filter, then a footer.
 * A page holds the high halves, the low halves and the ages of up to 455 keys, so that it fits the 4 KiB of a disk page.
 */

/** Bytes of a page. */
export const pageBytes = 4_096;

/** Keys of a full page; every page but the last is full. */
export const pageKeys = 455;

/** Where the low halves start in a page, in 32-bit words. */
const lowOffset = pageKeys;

/** Where the ages start in a page, in bytes. */
const ageOffset = pageKeys * 8;

/** The views over one page, or over several that follow each other. */
export interface PageView {
  words: Uint32Array;
  bytes: Uint8Array;
}

/** A view over `pages` pages, all zero. */
export function createPages(pages: number): PageView {
  const bytes = new Uint8Array(pages * pageBytes);
  return { bytes, words: new Uint32Array(bytes.buffer) };
}

/** How many pages hold `count` keys. */
export function pagesFor(count: number): number {
  return Math.ceil(count / pageKeys);
}

/** The high half of key `i` of page `page` of `view`. */
export function highAt(view: PageView, page: number, i: number): number {
  return view.words[page * (pageBytes / 4) + i]!;
}

/** The low half. */
export function lowAt(view: PageView, page: number, i: number): number {
  return view.words[page * (pageBytes / 4) + lowOffset + i]!;
}

/** The age: time slot less the base slot of the run. */
export function ageAt(view: PageView, page: number, i: number): number {
  return view.bytes[page * pageBytes + ageOffset + i]!;
}

/** Sets key `i` of page `page` of `view`. */
export function setKey(view: PageView, page: number, i: number, high: number, low: number, age: number): void {
  view.words[page * (pageBytes / 4) + i] = high;
  view.words[page * (pageBytes / 4) + lowOffset + i] = low;
  view.bytes[page * pageBytes + ageOffset + i] = age;
}

/** The age of a key in the single page `view` of `count` keys, or -1 where it is not there. */
export function findInPage(view: PageView, count: number, high: number, low: number): number {
  const words = view.words;
  let from = 0;
  let to = count;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (words[middle]! < high) from = middle + 1;
    else to = middle;
  }
  for (let i = from; i < count && words[i] === high; i++) {
    if (words[lowOffset + i] === low) return view.bytes[ageOffset + i]!;
  }
  return -1;
}
