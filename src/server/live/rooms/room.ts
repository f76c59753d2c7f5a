/** A room: everybody who follows the same thing, what they were told last, and what one who was away has missed. */
import type { Broadcaster } from '../socket/broadcaster.ts';
import type { Subscription } from '../socket/connection.ts';

/** Messages kept for clients that come back. */
const backlogLimits = { messages: 100, characters: 512 * 1024 };

/** Numbers of messages start here for a room made at an instant: above all that an earlier process can have used. */
const seqsPerMs = 1_024;

/** What a room is made with. */
export interface RoomParts {
  workspaceId: string;
  nowMs: number;
  broadcaster: Broadcaster;
}

/** The members of a room and its numbered messages. What is told is up to those who extend it. */
export abstract class Room {
  readonly workspaceId: string;
  readonly members = new Set<Subscription>();
  readonly #broadcaster: Broadcaster;
  #seq: number;
  #backlog: { seq: number; body: string }[] = [];
  #backlogCharacters = 0;
  #snapshot: { seq: number; body: string } | null = null;
  /** epoch ms at which the last member left; null while there are members */
  emptySinceMs: number | null;

  constructor({ workspaceId, nowMs, broadcaster }: RoomParts) {
    this.workspaceId = workspaceId;
    this.#broadcaster = broadcaster;
    this.#seq = nowMs * seqsPerMs;
    this.emptySinceMs = nowMs;
  }

  /** Adds a member, which from now on is told what is published. */
  enter(member: Subscription): void {
    this.members.add(member);
    this.emptySinceMs = null;
  }

  /** Tells a member where things stand: what it missed since the message `after`, or a snapshot. */
  greet(member: Subscription, after: number | null): void {
    const missed = after === null || !this.canResume() ? null : this.#since(after);
    if (missed === null) this.tellSnapshot(member);
    else for (const { seq, body } of missed) this.#tell(member, seq, body);
    this.onGreet();
  }

  /** Resolves when there is something to greet members with. */
  prepare(): Promise<void> {
    return Promise.resolve();
  }

  /** Removes a member. */
  leave(member: Subscription, nowMs: number): void {
    if (!this.members.delete(member) || this.members.size > 0) return;
    this.emptySinceMs = nowMs;
    this.onEmpty();
  }

  /** Sends everything there is to one member, which needs nothing from before then. */
  tellSnapshot(member: Subscription): void {
    member.isBehind = false;
    this.#snapshot ??= { seq: this.#seq, body: `{"seq":${this.#seq},"kind":"snapshot",${this.snapshotJson().slice(1)}` };
    this.#tell(member, this.#snapshot.seq, this.#snapshot.body);
  }

  /** Sends a message to all members and keeps it for those who are away. `json` is an object without id, seq and kind. */
  protected publish(kind: 'snapshot' | 'delta', json: string, done: (costMs: number) => void): void {
    this.#seq++;
    const body = `{"seq":${this.#seq},"kind":"${kind}",${json.slice(1)}`;
    this.#snapshot = kind === 'snapshot' ? { seq: this.#seq, body } : null;
    this.#keep(this.#seq, body);
    this.#broadcaster.send([...this.members], this.#seq, body, done);
  }

  /** Says that the snapshot of this message number has become out of date. */
  protected outdateSnapshot(): void {
    this.#snapshot = null;
  }

  /** Whether the next message will tell all that was not told while the room was empty. */
  protected canResume(): boolean {
    return true;
  }

  /** Everything there is, as a JSON object without id, seq and kind. */
  protected abstract snapshotJson(): string;
  /** Called after somebody was greeted. */
  protected abstract onGreet(): void;
  /** Called when the last member has left: from now on nothing may be computed. */
  protected abstract onEmpty(): void;
  /** Called when the room is given up. */
  abstract close(): void;

  #tell(member: Subscription, seq: number, body: string): void {
    member.toldSeq = seq;
    member.connection.send(member, body);
  }

  #keep(seq: number, body: string): void {
    this.#backlog.push({ seq, body });
    this.#backlogCharacters += body.length;
    while (this.#backlog.length > backlogLimits.messages || this.#backlogCharacters > backlogLimits.characters) {
      this.#backlogCharacters -= this.#backlog.shift()?.body.length ?? 0;
    }
  }

  /** The messages after `after`; null if they are not all here. */
  #since(after: number): { seq: number; body: string }[] | null {
    if (after === this.#seq) return [];
    const oldest = this.#backlog[0]?.seq;
    if (oldest === undefined || after < oldest - 1 || after > this.#seq) return null;
    return this.#backlog.filter(({ seq }) => seq > after);
  }
}
