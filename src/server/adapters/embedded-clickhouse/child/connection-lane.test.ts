/** Tests of the lane: one request a connection, in turn, and broken connections replaced. */
import { expect, test } from 'vitest';
import { ConnectionLane } from './connection-lane.ts';

class FakeConnection {
  isBroken = false;
  isClosed = false;
  close(): void {
    this.isClosed = true;
  }
}

function open(size: number) {
  const opened: FakeConnection[] = [];
  const lane = new ConnectionLane(size, () => {
    const connection = new FakeConnection();
    opened.push(connection);
    return connection;
  });
  return { lane, opened };
}

const never = new AbortController().signal;

/** Work that ends when it is told. */
function gate() {
  let end = (): void => undefined;
  const done = new Promise<void>((resolve) => (end = resolve));
  return { end, work: () => done };
}

test('no more connections are opened than there may be, and who waits is served in turn', async () => {
  const { lane, opened } = open(2);
  const gates = [gate(), gate()];
  const order: string[] = [];
  const busy = gates.map(({ work }) => lane.run(never, work));
  const waiting = ['first', 'second', 'third'].map((name) => lane.run(never, async () => void order.push(name)));
  expect(lane.busy).toBe(2);
  for (const { end } of gates) end();
  await Promise.all([...busy, ...waiting]);
  expect(order).toEqual(['first', 'second', 'third']);
  expect(opened).toHaveLength(2);
  expect(lane.busy).toBe(0);
});

test('a broken connection is closed and replaced, also for those who wait', async () => {
  const { lane, opened } = open(1);
  const failing = lane.run(never, async (connection) => {
    connection.isBroken = true;
    throw new Error('no');
  });
  const next = lane.run(never, async (connection) => connection);
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe(opened[1]);
  expect(opened[0]?.isClosed).toBe(true);
});

test('who gives up while waiting leaves the queue', async () => {
  const { lane } = open(1);
  const { end, work } = gate();
  const busy = lane.run(never, work);
  const cancel = new AbortController();
  const given = lane.run(cancel.signal, async () => 'never');
  cancel.abort();
  await expect(given).rejects.toThrow('cancelled');
  const after = lane.run(never, async () => 'served');
  end();
  await busy;
  expect(await after).toBe('served');
});

test('a closed lane refuses who waits, and closes what is busy when it is done', async () => {
  const { lane, opened } = open(1);
  const { end, work } = gate();
  const busy = lane.run(never, work);
  const waiting = lane.run(never, async () => 'never');
  lane.close();
  await expect(waiting).rejects.toThrow('stopping');
  await expect(lane.run(never, async () => 'never')).rejects.toThrow('cancelled');
  end();
  await busy;
  expect(opened[0]?.isClosed).toBe(true);
});
