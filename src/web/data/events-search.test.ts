/** The address of Events restores what is seen, and nothing in it can break the page. */
import { expect, test } from 'vitest';
import { parseSearch } from './address.ts';
import { eventsSearch } from './events-search.ts';

const read = (text: string) => eventsSearch(parseSearch(text), 'UTC');

test('what stands in the address is read', () => {
  expect(read('?tab=dead-letters&reason=NOT_JSON&source=http&zone=Europe/Berlin&open=1795176561381-471ebcf0eb36f339')).toMatchObject({
    tab: 'dead-letters',
    reason: 'NOT_JSON',
    source: 'http',
    zone: 'Europe/Berlin',
    open: '1795176561381-471ebcf0eb36f339',
  });
});

test('nonsense is left out', () => {
  const search = read('?tab=nowhere&reason=BECAUSE&zone=Mars/Base&open=../../etc');
  expect(search).toEqual({ zone: 'UTC' });
});

test('the stream needs no word in the address', () => {
  expect(read('?tab=stream').tab).toBeUndefined();
});
