/** The sliding windows of one workspace: events, users, events per name, sums of numeric properties. */
import type { Vitals } from '../../../shared/contract/live.ts';
import type { WorkspaceHistory } from '../../warehouse/live-windows.ts';
import { ActiveUsers } from './active-users.ts';
import { FutureEvents, type Countable } from './future.ts';
import { NamedSeries } from './named-series.ts';
import { aheadSeconds, SecondCounts } from './second-counts.ts';

/** Events later than this do not count in live windows. */
export const lateMs = 300_000;

/** Users of events that are dated ahead, remembered until their second comes. */
const usersAheadBound = 100_000;

/** A number that history added somewhere, so that it can be taken back. */
interface Addition {
  to: { add(second: number, amount: number): void };
  second: number;
  amount: number;
}

/** The windows of a workspace. Memory is bounded whatever comes in: about 6 MB, and 25 bytes a user. */
export class WorkspaceWindows {
  readonly #total: SecondCounts;
  readonly #users: ActiveUsers;
  readonly #series: NamedSeries;
  readonly #future = new FutureEvents();
  readonly #usersAhead = new Map<number, string[]>();
  #usersAheadCount = 0;
  #now: number;
  #minute: number;
  #history: Addition[] = [];
  /** events that were too late, or too many too far ahead, to be counted */
  ignored = 0;

  constructor(nowMs: number) {
    this.#now = Math.floor(nowMs / 1000);
    this.#minute = Math.floor(this.#now / 60);
    this.#total = new SecondCounts(this.#now);
    this.#users = new ActiveUsers(this.#now);
    this.#series = new NamedSeries(this.#now);
  }

  /** Counts `events` that arrived at `nowMs`. Costs a fraction of a microsecond each. */
  add(events: readonly Countable[], nowMs: number): void {
    this.advance(nowMs);
    const oldestMs = nowMs - lateMs;
    for (const event of events) {
      if (event.timeMs < oldestMs) this.ignored++;
      else this.#count(event);
    }
  }

  /** Moves now to `nowMs`: seconds leave the windows, and what was dated ahead comes in. */
  advance(nowMs: number): void {
    const now = Math.floor(nowMs / 1000);
    if (now <= this.#now) return;
    this.#now = now;
    this.#total.advance(now);
    this.#users.advance(now);
    this.#series.advance(now);
    if (this.#usersAheadCount > 0) this.#admitUsers();
    const minute = Math.floor(now / 60);
    if (minute > this.#minute) this.#beginMinute(minute);
  }

  /** Adds what came before this process, in place of what was added so before. */
  install(history: Omit<WorkspaceHistory, 'workspaceId' | 'latest'>, nowMs: number): void {
    this.advance(nowMs);
    for (const { to, second, amount } of this.#history) to.add(second, -amount);
    this.#history = [];
    for (const { second, count } of history.totals) this.#addHistory(this.#total, second, count);
    for (const { name, second, count } of history.names) this.#addHistory(this.#series.countsOf(name, count), second, count);
    for (const { name, property, second, sum } of history.sums) this.#addHistory(this.#series.sumsOf(name, property), second, sum);
    for (const { user, second } of history.users) if (second <= this.#now) this.#users.see(user, second);
  }

  /** The windows as they stand at `nowMs`. */
  read(nowMs: number): Omit<Vitals, 'newestDurable' | 'watermark'> {
    this.advance(nowMs);
    const { m1, m5, m15, m60 } = this.#total;
    const { users, errorRatio } = this.#users.count();
    return {
      at: new Date(nowMs).toISOString(),
      events: { m1, m5, m15, m60 },
      perMinute: this.#total.perMinute(),
      activeUsers: users,
      activeUsersErrorRatio: errorRatio,
      sums: this.#series.readSums(),
      byName: this.#series.readNames(),
    };
  }

  #count(event: Countable): void {
    const second = Math.floor(event.timeMs / 1000);
    if (second > this.#now + aheadSeconds) {
      if (!this.#future.hold(event)) this.ignored++;
      return;
    }
    this.#total.add(second, 1);
    const user = event.user === '' ? event.anonymous : event.user;
    if (user !== '') this.#seeUser(user, second);
    this.#series.count(event.name, second, event.properties);
  }

  #seeUser(user: string, second: number): void {
    // a sender whose clock is ahead must not fill the memory: beyond the bound its users count a little early
    if (second <= this.#now || this.#usersAheadCount >= usersAheadBound) return this.#users.see(user, Math.min(second, this.#now));
    const waiting = this.#usersAhead.get(second);
    if (waiting === undefined) this.#usersAhead.set(second, [user]);
    else waiting.push(user);
    this.#usersAheadCount++;
  }

  #admitUsers(): void {
    for (const [second, users] of this.#usersAhead) {
      if (second > this.#now) continue;
      for (const user of users) this.#users.see(user, second);
      this.#usersAhead.delete(second);
      this.#usersAheadCount -= users.length;
    }
  }

  #beginMinute(minute: number): void {
    this.#minute = minute;
    for (const event of this.#future.release(Math.floor((this.#now + aheadSeconds) / 60) - 1)) this.#count(event);
    this.#series.rebalance();
    if (this.#history.length > 0) this.#history = this.#history.filter(({ second }) => second > this.#now - 3_600);
  }

  #addHistory(to: Addition['to'] | null, second: number, amount: number): void {
    if (to === null) return;
    to.add(second, amount);
    this.#history.push({ to, second, amount });
  }
}
