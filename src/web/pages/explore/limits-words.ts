/** What was kept from whoever asked, in words. */
import type { Limits, MaskedField } from '../../../shared/model/result.ts';
import { fieldName } from '../../data/question.ts';

const maskWords: Readonly<Record<MaskedField['as'], (step: number) => string>> = {
  hide: () => 'hidden',
  hash: () => 'as a fingerprint',
  last4: () => 'by its last four characters',
  bucket: (step) => `in steps of ${step}`,
};

/** Which rows the answer is made from. */
export function rowsWords({ rows }: Limits): string {
  if (rows.length === 0) return 'all';
  const words = rows.map(({ fields, is }) => {
    const names = fields.map(fieldName).join(', ');
    return is === undefined ? `what a rule on ${names} lets through` : `${names} is ${is.map((value) => value ?? 'missing').join(' or ')}`;
  });
  return `only ${words.join(' and ')}`;
}

/** Which fields were shown behind a mask. */
export function masksWords({ masks }: Limits): string {
  return masks.map(({ field, as, step = 1 }) => `${fieldName(field)} ${maskWords[as](step)}`).join('; ');
}
