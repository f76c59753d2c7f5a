/** Typing narrows the options to those that hold every word, the closest first. */
import { expect, test } from 'vitest';
import { matching, optionsShown } from './pick.ts';

const options = ['America/New_York', 'Europe/Berlin', 'Europe/York', 'York'].map((value) => ({ value, label: value }));

test('nothing typed shows the options in their order', () => expect(matching(options, ' ')).toEqual(options));

test('what starts with the word comes before what holds it', () => {
  expect(matching(options, 'york').map(({ label }) => label)).toEqual(['York', 'America/New_York', 'Europe/York']);
});

test('every word must be there', () => expect(matching(options, 'euro ber').map(({ label }) => label)).toEqual(['Europe/Berlin']));

test('a group stays together, the group with the closest first', () => {
  const places = [
    { value: 'a', label: 'Read about bells', group: 'Go to' },
    { value: 'b', label: 'Bell', group: 'Do' },
    { value: 'c', label: 'Ring the bell', group: 'Go to' },
    { value: 'd', label: 'Doorbell', group: 'Do' },
  ];
  expect(matching(places, 'bell').map(({ value }) => value)).toEqual(['b', 'd', 'a', 'c']);
});

test('never more than can be drawn', () => {
  const many = Array.from({ length: 1000 }, (_, index) => ({ value: `${index}`, label: `${index}` }));
  expect(matching(many, '')).toHaveLength(optionsShown);
});
