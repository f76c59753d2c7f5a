/** Tests of the single flight: equal questions run once, and only as long as somebody waits. */
import { expect, test } from 'vitest';
import { SingleFlight } from './run.ts';

/** Work that ends when told to. */
function controlled(): {
  work: (signal: AbortSignal) => Promise<string>;
  finish: (value: string) => void;
  runs: () => number;
  signals: AbortSignal[];
} {
  const signals: AbortSignal[] = [];
  let finish: (value: string) => void = () => undefined;
  return {
    signals,
    runs: () => signals.length,
    finish: (value) => finish(value),
    work: (signal) => {
      signals.push(signal);
      return new Promise((resolve) => (finish = resolve));
    },
  };
}

test('equal questions at the same time run once and get the same answer', async () => {
  const flights = new SingleFlight<string>();
  const { work, finish, runs } = controlled();
  const answers = [1, 2, 3].map(() => flights.run('a', work));
  expect(runs()).toBe(1);
  finish('x');
  expect(await Promise.all(answers)).toEqual(['x', 'x', 'x']);
  expect(flights.size).toBe(0);
});

test('different questions, and the same one later, run by themselves', async () => {
  const flights = new SingleFlight<string>();
  const { work, finish, runs } = controlled();
  const first = flights.run('a', work);
  finish('1');
  await first;
  const second = flights.run('a', work);
  void flights.run('b', () => Promise.resolve(''));
  finish('2');
  expect(await second).toBe('2');
  expect(runs()).toBe(2);
});

test('a caller who gives up does not disturb the others', async () => {
  const flights = new SingleFlight<string>();
  const { work, finish, signals } = controlled();
  const impatient = new AbortController();
  const leaves = flights.run('a', work, impatient.signal);
  const stays = flights.run('a', work);
  impatient.abort();
  await expect(leaves).rejects.toMatchObject({ code: 'QUERY_CANCELLED' });
  expect(signals[0]?.aborted).toBe(false);
  finish('x');
  expect(await stays).toBe('x');
});

test('when nobody waits any more the run is aborted, and the next caller starts anew', async () => {
  const flights = new SingleFlight<string>();
  const { work, signals, runs } = controlled();
  const [one, two] = [new AbortController(), new AbortController()];
  const waiting = [flights.run('a', work, one.signal), flights.run('a', work, two.signal)];
  one.abort();
  two.abort();
  await Promise.allSettled(waiting);
  expect(signals[0]?.aborted).toBe(true);
  void flights.run('a', work);
  expect(runs()).toBe(2);
});

test('a failure reaches everybody who waits and is not kept', async () => {
  const flights = new SingleFlight<string>();
  const failing = [1, 2].map(() => flights.run('a', () => Promise.reject(new Error('no'))));
  expect((await Promise.allSettled(failing)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await flights.run('a', () => Promise.resolve('yes'))).toBe('yes');
});

test('a caller who has already given up starts nothing', async () => {
  const flights = new SingleFlight<string>();
  const { work, runs } = controlled();
  await expect(flights.run('a', work, AbortSignal.abort())).rejects.toMatchObject({ code: 'QUERY_CANCELLED' });
  expect(runs()).toBe(0);
});
