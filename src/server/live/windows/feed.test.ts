/** The feed keeps the newest events, numbers them without gaps, and shows them short. */
import { describe, expect, test } from 'vitest';
import { ActivityFeed, type Showable } from './feed.ts';

const event = (name: string, properties: Showable['properties'] = {}): Showable => ({
  name,
  timeMs: 0,
  user: 'u',
  anonymous: '',
  properties,
});
const events = (from: number, count: number) => Array.from({ length: count }, (_, i) => event(`e${from + i}`));

describe('the activity feed', () => {
  test('numbers events in the order of their arrival, whatever the batches', () => {
    const feed = new ActivityFeed(1_000);
    feed.add(events(1, 3));
    feed.add(events(4, 500));
    feed.settle();
    feed.add(events(504, 7));
    expect(feed.newest).toBe(1_510);
    const told = feed.after(0, 50);
    expect(told).toHaveLength(50);
    expect(told.map((activity) => `e${activity.n - 1_000}`)).toEqual(told.map((activity) => activity.name));
    expect(told.at(-1)?.n).toBe(1_510);
  });

  test('tells what is new since a number, and skips what nobody could read', () => {
    const feed = new ActivityFeed(0);
    feed.add(events(1, 10));
    expect(feed.after(8, 25).map((activity) => activity.n)).toEqual([9, 10]);
    expect(feed.after(10, 25)).toEqual([]);
    feed.add(events(11, 1_000));
    expect(feed.after(10, 25).map((activity) => activity.n)).toEqual(Array.from({ length: 25 }, (_, i) => 986 + i));
  });

  test('shows few properties, cut short', () => {
    const feed = new ActivityFeed(0);
    const properties = { text: 'x'.repeat(5_000), list: [1, 2, 3], nested: { a: 1 }, n: 1.5, yes: true, nothing: null };
    feed.add([event('big', { ...properties, ...Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`p${i}`, i])) })]);
    const shown = feed.after(0, 1)[0]?.properties ?? {};
    expect(Object.keys(shown)).toHaveLength(8);
    expect(shown).toMatchObject({ text: `${'x'.repeat(99)}…`, list: '[3]', nested: '{1}', n: 1.5, yes: true, nothing: null });
  });

  test('what the warehouse had before stands before what arrived since', () => {
    const feed = new ActivityFeed(1_000);
    feed.add(events(1, 2));
    feed.prepend(events(-50, 50));
    expect(feed.after(0, 3).map((activity) => [activity.n, activity.name])).toEqual([
      [1_000, 'e-1'],
      [1_001, 'e1'],
      [1_002, 'e2'],
    ]);
    expect(feed.after(0, 200)).toHaveLength(52);
  });
});
