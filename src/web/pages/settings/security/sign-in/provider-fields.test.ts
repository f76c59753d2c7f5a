/** The form of a sign-in provider says what its fields say. */
import { expect, test } from 'vitest';
import { claimsOf, claimsText, providerOf, wordsOf } from './provider-fields.ts';

test('lists are typed with spaces, commas or lines between', () => {
  expect(wordsOf(' example.com, example.org\nexample.net ')).toEqual(['example.com', 'example.org', 'example.net']);
});

test('claims are typed one a line, and written so again', () => {
  const claims = claimsOf('sellerId = seller_id\n\nnothing\nteam=app.team');
  expect(claims).toEqual({ sellerId: 'seller_id', team: 'app.team' });
  expect(claimsOf(claimsText(claims))).toEqual(claims);
});

test('an empty secret keeps the one that is there, and is none for a new provider', () => {
  const fields = new FormData();
  fields.set('name', 'Acme');
  expect(providerOf(fields, false)).not.toHaveProperty('clientSecret');
  expect(providerOf(fields, true).clientSecret).toBeNull();
});
