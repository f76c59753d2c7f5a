/** Tells whether a password would be guessed: by length, by lists of those that are used most, by patterns, by what is known of its person. */
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { newPasswordLength } from '../../../../shared/contract/sign-in.ts';
import { Problem } from '../../../../shared/model/errors.ts';

/** Of 0 to 4: 10^8 guesses and more. */
const strongScore = 3;
/** What is beyond adds to the work of judging, and nothing to the judgement. */
const judgedCharacters = 72;
const ourName = 'bellwether';

/** What an attacker would try first: name, e-mail address, workspace. */
export interface PasswordContext {
  known: readonly string[];
  /** the field that is blamed; default `password` */
  field?: string;
}

/** How strong a password is. */
export interface PasswordStrength {
  isStrong: boolean;
  /** 0 to 4 */
  score: number;
  /** why it is weak; empty when it is strong */
  advice: string[];
}

const sentences: Readonly<Record<string, string>> = {
  straightRow: 'Keys in a row of the keyboard are guessed early.',
  keyPattern: 'Patterns on the keyboard are guessed early.',
  simpleRepeat: 'Repeated characters add nothing.',
  extendedRepeat: 'Repeated groups of characters add nothing.',
  sequences: 'Sequences such as "abc" or "321" are guessed early.',
  recentYears: 'Years are guessed early.',
  dates: 'Dates are guessed early.',
  topTen: 'This is one of the ten most used passwords.',
  topHundred: 'This is one of the hundred most used passwords.',
  common: 'This is a very common password.',
  similarToCommon: 'This is like a very common password.',
  wordByItself: 'One word alone is guessed early.',
  namesByThemselves: 'Names alone are guessed early.',
  commonNames: 'Common names are guessed early.',
  userInputs: 'It holds your name, your e-mail address or the name of the workspace.',
  pwned: 'This password is known from a data leak.',
};

let loading: Promise<ZxcvbnFactory> | null = null;

/** The estimator takes 75 ms and 30 MB to load: not before somebody chooses a password. */
async function loadEstimator(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory: Factory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new Factory({ dictionary, graphs: adjacencyGraphs, maxLength: judgedCharacters });
}

/** How strong `password` is for somebody of whom that is known. */
export async function strengthOf(password: string, { known }: PasswordContext): Promise<PasswordStrength> {
  if (password.length < newPasswordLength.min)
    return { isStrong: false, score: 0, advice: [`It needs ${newPasswordLength.min} characters or more; this has ${password.length}.`] };
  const estimator = await (loading ??= loadEstimator());
  const { score, feedback } = estimator.check(password.slice(0, judgedCharacters), wordsOf(known));
  if (score >= strongScore) return { isStrong: true, score, advice: [] };
  const why = sentences[feedback.warning ?? ''] ?? 'It would be guessed in too few tries.';
  return { isStrong: false, score, advice: [why, 'Make it longer, such as by three more words that have nothing to do with each other.'] };
}

/** @throws REQUEST_INVALID, with the field and the reason, when `password` must not be taken */
export async function assertStrongPassword(password: string, context: PasswordContext): Promise<void> {
  const field = context.field ?? 'password';
  if (password.length > newPasswordLength.max)
    throw weak(field, `It has ${password.length} characters; ${newPasswordLength.max} are the most.`);
  const { isStrong, advice } = await strengthOf(password, context);
  if (!isStrong) throw weak(field, advice.join(' '));
}

function weak(field: string, message: string): Problem {
  return new Problem('REQUEST_INVALID', `This password is too easy to guess. ${message}`, { issues: [{ path: field, message }] });
}

/** What is known, whole, in parts of three letters and more, and these parts run together. */
function wordsOf(known: readonly string[]): string[] {
  const whole = [...known, ourName].map((text) => text.toLowerCase());
  const parts = whole.flatMap((text) => [text, ...text.split(/[\s@.]+/)]);
  const words = parts.flatMap((text) => [text, text.replace(/[^\p{L}\p{N}]+/gu, ''), ...text.split(/[^\p{L}\p{N}]+/u)]);
  return [...new Set(words.filter((text) => text.length >= 3))];
}
