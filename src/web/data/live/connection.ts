/** The one live connection of the page: many readers share a subscription, and after a break each resumes where it stood. */
import type { Ack, LiveMessage, LiveStatus, Subscribe } from '../../../shared/contract/live.ts';
import type { ProblemDocument } from '../../../shared/model/errors.ts';
import { applyMessage, topicKey, unknownTopic } from './topic.ts';
import type { Topic, Wish } from './topic.ts';

/** The part of a Socket.IO client that the connection uses. */
export interface SocketLike {
  readonly connected: boolean;
  on(event: string, listener: (...values: never[]) => void): unknown;
  emit(event: string, ...values: unknown[]): unknown;
  connect(): unknown;
  disconnect(): unknown;
}

/** How the page stands to the server. */
export interface ConnectionState {
  link: 'connecting' | 'connected' | 'offline';
  /** last word of the server about the pipeline; null before the first */
  status: LiveStatus | null;
  /** when the link was lost, epoch ms; null while connected */
  lostAtMs: number | null;
}

/** What the connection needs of its surroundings. */
export interface ConnectionEffects {
  now: () => number;
  /** runs `work` after `delayMs`; the answer cancels it */
  later: (work: () => void, delayMs: number) => () => void;
  /** the server refused the session; `wasIn`: it had let it in before, so what it may has changed, or it has ended */
  onRefused: (wasIn: boolean) => void;
}

interface Entry {
  id: string;
  wish: Wish;
  topic: Topic;
  readers: Set<() => void>;
  /** cancels the end of the subscription that the last reader's leaving has set off */
  cancelEnd: (() => void) | null;
  isSubscribed: boolean;
}

/** A reader who leaves and comes back within this time (a change of page) finds its subscription alive. */
const lingerMs = 3_000;
/** Topics without readers that are remembered, so that going back shows the old picture at once. */
const remembered = 40;
const retryMs = 2_000;

/** See the file's sentence. */
export class LiveConnection {
  readonly #socket: SocketLike;
  readonly #effects: ConnectionEffects;
  readonly #entryByKey = new Map<string, Entry>();
  readonly #entryById = new Map<string, Entry>();
  readonly #watchers = new Set<() => void>();
  #state: ConnectionState = { link: 'connecting', status: null, lostAtMs: null };
  #lastId = 0;

  constructor(socket: SocketLike, effects: ConnectionEffects) {
    this.#socket = socket;
    this.#effects = effects;
    socket.on('connect', () => this.#connected());
    socket.on('disconnect', () => this.#lost());
    socket.on('connect_error', (error: Error) => this.#refused(error));
    socket.on('data', (message: LiveMessage) => this.#received(message));
    socket.on('error', (problem: ProblemDocument & { id?: string }) => this.#ended(problem));
    socket.on('bellwether:status', (status: LiveStatus) => this.#setState({ ...this.#state, status }));
  }

  /** How the page stands to the server; the same object until something changes. */
  get state(): ConnectionState {
    return this.#state;
  }

  /** Calls `watcher` on every change of {@link state}; the answer stops it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** What is known of `wish`; the same object until something changes. */
  read(wish: Wish): Topic {
    return this.#entryByKey.get(topicKey(wish))?.topic ?? unknownTopic;
  }

  /** Follows `wish` and calls `reader` on every change; the answer leaves. */
  follow(wish: Wish, reader: () => void): () => void {
    const entry = this.#entry(wish);
    entry.readers.add(reader);
    entry.cancelEnd?.();
    entry.cancelEnd = null;
    this.#subscribe(entry);
    return () => {
      entry.readers.delete(reader);
      if (entry.readers.size === 0) entry.cancelEnd ??= this.#effects.later(() => this.#end(entry), lingerMs);
    };
  }

  /** Asks again for a topic that ended in an error. */
  retry(wish: Wish): void {
    const entry = this.#entry(wish);
    entry.isSubscribed = false;
    this.#subscribe(entry);
  }

  /** Ends the connection and forgets everything. */
  close(): void {
    for (const entry of this.#entryById.values()) entry.cancelEnd?.();
    this.#entryByKey.clear();
    this.#entryById.clear();
    this.#socket.disconnect();
  }

  #entry(wish: Wish): Entry {
    const key = topicKey(wish);
    const known = this.#entryByKey.get(key);
    if (known !== undefined) return known;
    const entry: Entry = { id: `s${++this.#lastId}`, wish, topic: unknownTopic, readers: new Set(), cancelEnd: null, isSubscribed: false };
    this.#entryByKey.set(key, entry);
    this.#entryById.set(entry.id, entry);
    this.#forget();
    return entry;
  }

  #forget(): void {
    const idle = [...this.#entryByKey].filter(([, entry]) => entry.readers.size === 0 && !entry.isSubscribed);
    for (const [key, entry] of idle.slice(0, Math.max(0, idle.length - remembered))) {
      this.#entryByKey.delete(key);
      this.#entryById.delete(entry.id);
    }
  }

  #subscribe(entry: Entry): void {
    if (entry.isSubscribed || !this.#socket.connected) return;
    entry.isSubscribed = true;
    const after = entry.topic.seq === null ? {} : { after: entry.topic.seq };
    this.#socket.emit('subscribe', { id: entry.id, ...entry.wish, ...after } as Subscribe, (answer: Ack) => {
      if (!answer.ok) this.#failed(entry, answer.error);
    });
  }

  #failed(entry: Entry, problem: ProblemDocument): void {
    entry.isSubscribed = false;
    this.#change(entry, { ...entry.topic, problem });
    if (problem.retryable) this.#effects.later(() => entry.readers.size > 0 && this.#subscribe(entry), retryMs);
  }

  #ended(problem: ProblemDocument & { id?: string }): void {
    const entry = this.#entryById.get(problem.id ?? '');
    if (entry !== undefined) this.#failed(entry, problem);
    else if (problem.status === 401) this.#effects.onRefused(true);
  }

  #end(entry: Entry): void {
    entry.cancelEnd = null;
    if (entry.readers.size > 0) return;
    if (entry.isSubscribed && this.#socket.connected) this.#socket.emit('unsubscribe', { id: entry.id }, () => {});
    entry.isSubscribed = false;
  }

  #connected(): void {
    this.#setState({ ...this.#state, link: 'connected', lostAtMs: null });
    for (const entry of this.#entryById.values()) {
      entry.isSubscribed = false;
      if (entry.readers.size > 0) this.#subscribe(entry);
    }
  }

  #lost(): void {
    if (this.#state.link === 'offline') return;
    this.#setState({ ...this.#state, link: 'offline', lostAtMs: this.#state.lostAtMs ?? this.#effects.now() });
  }

  #refused(error: Error): void {
    this.#lost();
    if (error.message === 'Authentication failed') this.#effects.onRefused(false);
  }

  #received(message: LiveMessage): void {
    const entry = this.#entryById.get(message.id);
    if (entry !== undefined) this.#change(entry, applyMessage(entry.topic, message));
  }

  #change(entry: Entry, topic: Topic): void {
    if (topic === entry.topic) return;
    entry.topic = topic;
    for (const reader of entry.readers) reader();
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    for (const watcher of this.#watchers) watcher();
  }
}
