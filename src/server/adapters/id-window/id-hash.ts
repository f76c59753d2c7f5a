/**
 * The 64-bit key of an event id: HalfSipHash-1-3 over workspace and id, with a secret seed of the installation, so that
 * nobody can make ids that collide.
 *
 * @source Aumasson, Bernstein: SipHash, a fast short-input PRF (2012), in its variant for 32-bit words
 */

/** The state of the hash after the workspace: four words, to go on from for each id of it. */
export type HashState = Uint32Array;

/** The state before anything was hashed. `seed`: two words. */
function initialState(seed: Uint32Array): HashState {
  const k0 = seed[0] ?? 0;
  const k1 = seed[1] ?? 0;
  return Uint32Array.of(k0, k1 ^ 0xee, 0x6c796765 ^ k0, 0x74656462 ^ k1);
}

/** The state after `workspaceId`; keep it, it is the same for every id of the workspace. */
export function hashWorkspace(seed: Uint32Array, workspaceId: string): HashState {
  const state = initialState(seed);
  const digest = new Uint32Array(2);
  hashId(state, workspaceId, digest, 0);
  return Uint32Array.of(state[0]! ^ digest[0]!, state[1]! ^ digest[1]!, state[2]!, state[3]!);
}

/** Writes the key of `id` as two words, low first, to `out[at]` and `out[at + 1]`. A key is never 0. */
export function hashId(state: HashState, id: string, out: Uint32Array, at: number): void {
  if (!absorb(state, id, 4, out, at)) absorb(state, id, 2, out, at);
  if (out[at] === 0 && out[at + 1] === 0) out[at] = 1;
}

/**
 * Hashes `id` with `perWord` characters to a 32-bit word: 4 where all are below 256, else 2. false where a character was
 * too large; then nothing of it counts. Rounds: one per word, one for the length, three for each half of the key.
 */
function absorb(state: HashState, id: string, perWord: 2 | 4, out: Uint32Array, at: number): boolean {
  const length = id.length;
  const words = Math.ceil(length / perWord);
  let v0 = state[0]! | 0;
  let v1 = state[1]! | 0;
  let v2 = state[2]! | 0;
  let v3 = state[3]! | 0;
  for (let i = 0; i < words + 7; i++) {
    let word = 0;
    if (i < words) {
      word = perWord === 4 ? narrowWord(id, i * 4, length) : wideWord(id, i * 2, length);
      if (word === tooWide) return false;
    } else if (i === words) {
      word = (length << 3) | perWord;
    } else if (i === words + 1) {
      v2 ^= 0xee;
    } else if (i === words + 4) {
      out[at] = v1 ^ v3;
      v1 ^= 0xdd;
    }
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  out[at + 1] = v1 ^ v3;
  return true;
}

/** Outside the 32-bit integers, so that no word equals it. */
const tooWide = 2 ** 40;

function narrowWord(id: string, from: number, length: number): number {
  let word = 0;
  let seen = 0;
  const end = Math.min(from + 4, length);
  for (let i = from; i < end; i++) {
    const code = id.charCodeAt(i);
    seen |= code;
    word = (word << 8) | (code & 0xff);
  }
  return seen > 0xff ? tooWide : word;
}

function wideWord(id: string, from: number, length: number): number {
  const second = from + 1 < length ? id.charCodeAt(from + 1) : 0;
  return (id.charCodeAt(from) << 16) | second;
}
