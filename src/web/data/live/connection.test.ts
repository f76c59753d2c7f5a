/** Readers share subscriptions, a break resumes them where they stood, and what nobody reads ends. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Ack } from '../../../shared/contract/live.ts';
import { problemDocument, Problem } from '../../../shared/model/errors.ts';
import { LiveConnection } from './connection.ts';
import type { SocketLike } from './connection.ts';
import type { Wish } from './topic.ts';

/** A socket whose other end is the test. */
class Wire implements SocketLike {
  connected = false;
  readonly sent: { event: string; message: Record<string, unknown>; ack: (answer: Ack) => void }[] = [];
  readonly #listeners = new Map<string, (...values: never[]) => void>();
  on(event: string, listener: (...values: never[]) => void): void {
    this.#listeners.set(event, listener);
  }
  emit(event: string, message: Record<string, unknown>, ack: (answer: Ack) => void): void {
    this.sent.push({ event, message, ack });
  }
  connect(): void {
    this.connected = true;
    this.arrive('connect');
  }
  disconnect(): void {
    this.connected = false;
    this.arrive('disconnect');
  }
  arrive(event: string, ...values: unknown[]): void {
    this.#listeners.get(event)?.(...(values as never[]));
  }
  take(): [event: string, message: Record<string, unknown>][] {
    return this.sent.splice(0).map(({ event, message }) => [event, message]);
  }
}

const vitals: Wish = { channel: 'vitals' };
const activity: Wish = { channel: 'activity' };
let wire: Wire;
let timers: { work: () => void; isCancelled: boolean }[];
let onRefused: ReturnType<typeof vi.fn<(wasIn: boolean) => void>>;
let connection: LiveConnection;

function runTimers(): void {
  for (const timer of timers.splice(0)) if (!timer.isCancelled) timer.work();
}

beforeEach(() => {
  wire = new Wire();
  timers = [];
  onRefused = vi.fn<(wasIn: boolean) => void>();
  connection = new LiveConnection(wire, {
    now: () => 1_000,
    later: (work) => {
      const timer = { work, isCancelled: false };
      timers.push(timer);
      return () => void (timer.isCancelled = true);
    },
    onRefused,
  });
});

describe('subscriptions', () => {
  test('two readers of one wish share a subscription, which outlives the first to leave', () => {
    wire.connect();
    const leave = connection.follow(vitals, () => {});
    connection.follow(vitals, () => {});
    expect(wire.take()).toEqual([['subscribe', { id: 's1', channel: 'vitals' }]]);
    leave();
    runTimers();
    expect(wire.take()).toEqual([]);
  });

  test('ends when the last reader has been away for a while, not on a change of page', () => {
    wire.connect();
    connection.follow(vitals, () => {})();
    const leave = connection.follow(vitals, () => {});
    runTimers();
    expect(wire.take().map(([event]) => event)).toEqual(['subscribe']);
    leave();
    runTimers();
    expect(wire.take()).toEqual([['unsubscribe', { id: 's1' }]]);
  });

  test('a wish made before the link is up is sent once it is', () => {
    connection.follow(vitals, () => {});
    expect(wire.take()).toEqual([]);
    wire.connect();
    expect(wire.take()).toEqual([['subscribe', { id: 's1', channel: 'vitals' }]]);
  });
});

test('after a break every followed topic resumes after the last message it saw', () => {
  wire.connect();
  const changed = vi.fn();
  connection.follow(activity, changed);
  wire.arrive('data', { id: 's1', seq: 7, kind: 'snapshot', channel: 'activity', activities: [] });
  expect(changed).toHaveBeenCalledTimes(1);
  wire.take();
  wire.disconnect();
  expect(connection.state).toMatchObject({ link: 'offline', lostAtMs: 1_000 });
  wire.connect();
  expect(wire.take()).toEqual([['subscribe', { id: 's1', channel: 'activity', after: 7 }]]);
  expect(connection.state).toMatchObject({ link: 'connected', lostAtMs: null });
});

test('a refused wish shows its problem, and is asked again only where that can help', () => {
  wire.connect();
  connection.follow(vitals, () => {});
  wire.sent[0]?.ack({ ok: false, error: problemDocument(new Problem('WAREHOUSE_UNAVAILABLE', 'It restarts.')) });
  expect(connection.read(vitals).problem?.code).toBe('WAREHOUSE_UNAVAILABLE');
  wire.take();
  runTimers();
  const again = wire.sent[0];
  expect(again?.event).toBe('subscribe');
  again?.ack({ ok: false, error: problemDocument(new Problem('FORBIDDEN', 'Not yours.')) });
  wire.take();
  runTimers();
  expect(wire.take()).toEqual([]);
  connection.retry(vitals);
  expect(wire.take()).toHaveLength(1);
});

test('a subscription that fails later keeps its picture and shows the problem', () => {
  wire.connect();
  connection.follow(activity, () => {});
  wire.arrive('data', { id: 's1', seq: 1, kind: 'snapshot', channel: 'activity', activities: [{ n: 1 }] });
  wire.arrive('error', { id: 's1', ...problemDocument(new Problem('QUERY_TIMEOUT', 'It took too long.')) });
  expect(connection.read(activity)).toMatchObject({ problem: { code: 'QUERY_TIMEOUT' }, activities: [{ n: 1 }] });
});

test('a session that the server refuses is reported', () => {
  wire.arrive('connect_error', new Error('Authentication failed'));
  expect(onRefused.mock.calls).toEqual([[false]]);
  expect(connection.state.link).toBe('offline');
});

test('a session whose rights change is told apart from one that was never let in', () => {
  wire.arrive('connect');
  wire.arrive('error', problemDocument(new Problem('CREDENTIALS_INVALID', 'These credentials are not valid any more.')));
  expect(onRefused.mock.calls).toEqual([[true]]);
});
