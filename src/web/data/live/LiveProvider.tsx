/** Opens the live connection for the pages below it, and the hooks by which they read it. */
import { createContext, use, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { io } from 'socket.io-client';
import { looking } from '../looking.ts';
import { LiveConnection } from './connection.ts';
import type { ConnectionState } from './connection.ts';
import { topicKey, unknownTopic } from './topic.ts';
import type { Topic, Wish } from './topic.ts';

const LiveContext = createContext<LiveConnection | null>(null);

function openConnection(onRefused: (wasIn: boolean) => unknown): LiveConnection {
  const { workspaceId, seeAs } = looking();
  const auth = { workspace: workspaceId ?? undefined, seeAs: seeAs ?? undefined };
  const socket = io({ withCredentials: true, reconnectionDelay: 300, reconnectionDelayMax: 5_000, auth });
  return new LiveConnection(socket, {
    now: () => Date.now(),
    later: (work, delayMs) => {
      const timer = setTimeout(work, delayMs);
      return () => clearTimeout(timer);
    },
    onRefused,
  });
}

/** Gives `children` one live connection; `onRefused` runs when the server no longer accepts the session. `isOff`: the person may follow nothing. */
export function LiveProvider({
  isOff = false,
  onRefused,
  children,
}: {
  isOff?: boolean;
  onRefused: (wasIn: boolean) => unknown;
  children: ReactNode;
}): ReactNode {
  const [connection, setConnection] = useState<LiveConnection | null>(null);
  useEffect(() => {
    if (isOff) return;
    const opened = openConnection(onRefused);
    setConnection(opened);
    return () => opened.close();
  }, [isOff, onRefused]);
  return <LiveContext value={connection}>{children}</LiveContext>;
}

const stateBefore: ConnectionState = { link: 'connecting', status: null, lostAtMs: null };
const noop = (): void => {};

/** How the page stands to the server. */
export function useConnectionState(): ConnectionState {
  const connection = use(LiveContext);
  const watch = useCallback((watcher: () => void) => connection?.watch(watcher) ?? noop, [connection]);
  return useSyncExternalStore(watch, () => connection?.state ?? stateBefore);
}

/** What a live reader gets: what is known, and how to ask again. */
export interface LiveReading {
  topic: Topic;
  retry: () => void;
}

/** Follows `wish`; null, or `isPaused`, leaves the subscription and keeps what is known. */
export function useLive(wish: Wish | null, isPaused = false): LiveReading {
  const connection = use(LiveContext);
  const key = wish === null ? null : topicKey(wish);
  const settled = useMemo(() => (key === null ? null : (JSON.parse(key) as Wish)), [key]);
  const follow = useCallback(
    (reader: () => void) => (connection === null || settled === null || isPaused ? noop : connection.follow(settled, reader)),
    [connection, settled, isPaused],
  );
  const topic = useSyncExternalStore(follow, () => (connection === null || settled === null ? unknownTopic : connection.read(settled)));
  const retry = useCallback(() => settled !== null && connection?.retry(settled), [connection, settled]);
  return { topic, retry: retry as () => void };
}
