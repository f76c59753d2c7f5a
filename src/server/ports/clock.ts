/** What we need of time and chance; given by argument so that tests decide. */

/** Where instants come from. */
export interface Clock {
  /** now, epoch ms UTC */
  now(): number;
}

/** Random bytes for ids and secrets. */
export type RandomBytes = (count: number) => Uint8Array;
