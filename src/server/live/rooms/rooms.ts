/** All rooms, by what is followed in them. */
import { Problem, type ProblemDocument } from '../../../shared/model/errors.ts';
import type { Channel } from '../../../shared/contract/live.ts';
import type { Policy } from '../../identity/policy.ts';
import type { CommitNotice } from '../../ports/accepted.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { maybeEventTest } from '../../query/policy/in-memory.ts';
import { viewOf } from '../../query/policy/view.ts';
import type { MaskSalt } from '../../warehouse/view/salt.ts';
import type { View } from '../../warehouse/view/view.ts';
import { SharedTime, Turnstile } from '../pace.ts';
import type { Broadcaster } from '../socket/broadcaster.ts';
import type { Showable } from '../windows/feed.ts';
import { PartFeed } from '../windows/part-feed.ts';
import type { IngestStream } from '../windows/stream.ts';
import { ActivityRoom } from './activity-room.ts';
import type { ChannelRoom } from './channel-room.ts';
import { PartActivityRoom } from './part-activity-room.ts';
import type { Question } from './question.ts';
import { QuestionRoom, type AskQuery } from './question-room.ts';
import type { Room } from './room.ts';
import { VitalsRoom } from './vitals-room.ts';

/** Bounds of all rooms together. */
export const roomLimits = {
  /** part of one core that sending may use */
  fanOutShare: 0.4,
  /** live questions that run at once, and the part of the time that one of them is running */
  questionsAtOnce: 4,
  askingShare: 1,
  /** how long an empty room is kept for clients that come back, ms; and how many */
  graceMs: 60_000,
  emptyRooms: 200,
  /** feeds of one workspace for those who see different parts of it: each asks its filter of every event */
  partFeeds: 64,
} as const;

/** What rooms are made with. */
export interface RoomsParts {
  stream: IngestStream;
  broadcaster: Broadcaster;
  ask: AskQuery;
  maskSalt: MaskSalt;
  /** the latest events that a view shows, as it shows them, oldest first */
  readLatest: (view: View) => Promise<Showable[]>;
  clock: Clock;
  stopwatch: () => number;
  log: Log;
  onProblem: (room: QuestionRoom, problem: ProblemDocument) => void;
}

const noPartActivity =
  'The channel "activity" is not for you: the limits of what you may see ask who a person is, when an event was received, or for a pattern, and that is known only later. Subscribe to queries.';

/** Makes rooms when somebody comes, tells them what happened, and gives them up when nobody comes back. */
export class Rooms {
  readonly #parts: RoomsParts;
  readonly #fanOut = new SharedTime(roomLimits.fanOutShare);
  readonly #asking = new SharedTime(roomLimits.askingShare);
  readonly #turnstile = new Turnstile(roomLimits.questionsAtOnce);
  readonly #questions = new Map<string, QuestionRoom>();
  /** by workspace, then by channel or what is seen of it */
  readonly #channels = new Map<string, Map<string, ChannelRoom>>();

  constructor(parts: RoomsParts) {
    this.#parts = parts;
  }

  /** The room of a question. */
  ofQuestion(question: Question): QuestionRoom {
    const { stream, ask, clock, stopwatch, log, onProblem } = this.#parts;
    const { workspaceId } = question.policy;
    let room = this.#questions.get(question.key);
    if (room === undefined) {
      const pendingSinceMs = () => stream.of(workspaceId, clock.now()).pendingSinceMs;
      const shared = { asking: this.#asking, fanOut: this.#fanOut, turnstile: this.#turnstile, ask, clock, stopwatch, log, onProblem };
      room = new QuestionRoom({ ...this.#roomParts(workspaceId), ...shared, question, pendingSinceMs });
      this.#questions.set(question.key, room);
    }
    return room;
  }

  /** The room of a channel of a workspace. */
  ofChannel(workspaceId: string, channel: Channel): ChannelRoom {
    const { stream, clock } = this.#parts;
    const rooms = this.#channelsOf(workspaceId);
    let room = rooms.get(channel);
    if (room === undefined) {
      const parts = this.#channelParts(workspaceId);
      room =
        channel === 'activity'
          ? new ActivityRoom(parts, () => stream.of(workspaceId, clock.now()).feed)
          : new VitalsRoom(parts, () => stream.vitals(workspaceId, clock.now()));
      rooms.set(channel, room);
    }
    return room;
  }

  /**
   * The room of the activity for those who see the workspace only in part, one for all who see the same.
   * @throws FORBIDDEN, RATE_LIMITED
   */
  ofPartActivity(policy: Policy): ChannelRoom {
    const { workspaceId } = policy;
    const view = viewOf(policy, this.#parts.maskSalt);
    const rooms = this.#channelsOf(workspaceId);
    const known = rooms.get(view.key);
    if (known !== undefined) return known;
    const isVisible = maybeEventTest(policy);
    if (isVisible === null) throw new Problem('FORBIDDEN', noPartActivity);
    const { clock, stream, readLatest, log } = this.#parts;
    const { parts } = stream.of(workspaceId, clock.now());
    if (parts.size >= roomLimits.partFeeds)
      throw new Problem(
        'RATE_LIMITED',
        `The activity of this workspace is already followed under ${parts.size} different limits. Try again later.`,
      );
    const part = new PartFeed(clock.now() * 1_000, view, isVisible);
    parts.set(view.key, part);
    const load = async (): Promise<void> => {
      try {
        part.feed.prepend(await readLatest(view));
      } catch (err) {
        log.warn({ err, workspaceId }, 'a feed of a part lacks what came before it');
      }
    };
    const room = new PartActivityRoom({ ...this.#channelParts(workspaceId), part, load, drop: () => parts.delete(view.key) });
    rooms.set(view.key, room);
    return room;
  }

  /** Events of the workspace have become durable. */
  touchChannels(workspaceId: string): void {
    const rooms = this.#channels.get(workspaceId);
    if (rooms !== undefined) for (const room of rooms.values()) room.touch();
  }

  /** A commit, delete or mutation has changed what is answered. */
  noticeCommit(notice: CommitNotice): void {
    for (const room of this.#questions.values()) if (room.workspaceId === notice.workspaceId) room.notice(notice);
    this.touchChannels(notice.workspaceId);
  }

  /** The warehouse answers again. */
  retryQuestions(): void {
    for (const room of this.#questions.values()) room.retry();
  }

  /** Whether anybody follows a channel of the workspace, or did a moment ago. */
  isWatched(workspaceId: string): boolean {
    return this.#channels.has(workspaceId);
  }

  /** Gives up rooms that have been empty for a while, and the longest empty ones where there are too many. */
  sweep(nowMs: number): void {
    const isOver = (room: Room) => room.emptySinceMs !== null && nowMs - room.emptySinceMs > roomLimits.graceMs;
    for (const [workspaceId, rooms] of this.#channels) {
      for (const [channel, room] of rooms) if (isOver(room)) this.#giveUp(room, () => rooms.delete(channel));
      if (rooms.size === 0) this.#channels.delete(workspaceId);
    }
    const empty = [...this.#questions].filter(([, room]) => room.emptySinceMs !== null);
    empty.sort(([, a], [, b]) => (a.emptySinceMs ?? 0) - (b.emptySinceMs ?? 0));
    empty.forEach(([key, room], i) => {
      if (isOver(room) || !room.hasAnswer || empty.length - i > roomLimits.emptyRooms)
        this.#giveUp(room, () => this.#questions.delete(key));
    });
  }

  /** Rooms of each kind that somebody is in. */
  count(): { questions: number; channels: number } {
    const isUsed = (room: Room) => room.members.size > 0;
    return {
      questions: [...this.#questions.values()].filter(isUsed).length,
      channels: [...this.#channels.values()].flatMap((rooms) => [...rooms.values()]).filter(isUsed).length,
    };
  }

  /** Stops everything. */
  close(): void {
    for (const room of this.#questions.values()) room.close();
    for (const rooms of this.#channels.values()) for (const room of rooms.values()) room.close();
    this.#questions.clear();
    this.#channels.clear();
  }

  #giveUp(room: QuestionRoom | ChannelRoom, remove: () => void): void {
    remove();
    room.close();
  }

  #channelsOf(workspaceId: string): Map<string, ChannelRoom> {
    let rooms = this.#channels.get(workspaceId);
    if (rooms === undefined) this.#channels.set(workspaceId, (rooms = new Map()));
    return rooms;
  }

  #channelParts(workspaceId: string) {
    return { ...this.#roomParts(workspaceId), fanOut: this.#fanOut, stopwatch: this.#parts.stopwatch };
  }

  #roomParts(workspaceId: string) {
    return { workspaceId, nowMs: this.#parts.clock.now(), broadcaster: this.#parts.broadcaster };
  }
}
