/** A room for one question: asked once for all who follow it, asked again when its answer may have changed. */
import { Problem, problemDocument, type ProblemDocument } from '../../../shared/model/errors.ts';
import type { Query } from '../../../shared/model/query.ts';
import { diffResults } from '../../../shared/model/result-delta.ts';
import type { Result } from '../../../shared/model/result.ts';
import type { Policy } from '../../identity/policy.ts';
import type { CommitNotice } from '../../ports/accepted.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { SharedTime, Turnstile } from '../pace.ts';
import { isPartial, isTouched, rollsAtMs, type Question } from './question.ts';
import { Room, type RoomParts } from './room.ts';

/** When questions are asked again, ms. */
export const questionPace = {
  /** after the last answer at least */
  gapMs: 250,
  /** after a failure, doubled each time */
  retryMs: 500,
  longestRetryMs: 30_000,
} as const;

/** Answers a query under a policy. */
export type AskQuery = (policy: Policy, query: Query, options: { signal: AbortSignal }) => Promise<Result>;

/** What a room needs to have its question answered. */
export interface QuestionParts extends RoomParts {
  question: Question;
  ask: AskQuery;
  asking: SharedTime;
  fanOut: SharedTime;
  turnstile: Turnstile;
  clock: Clock;
  stopwatch: () => number;
  log: Log;
  /** receipt of the oldest durable event of the workspace that is not answerable; null: none */
  pendingSinceMs: () => number | null;
  /** tells members that their question cannot be answered any more */
  onProblem: (room: QuestionRoom, problem: ProblemDocument) => void;
}

/** Keeps the answer to a question up to date while somebody follows it. */
export class QuestionRoom extends Room {
  readonly #parts: QuestionParts;
  #answer: { result: Result; partial: boolean } | null = null;
  #first: Promise<void> | null = null;
  #asking: AbortController | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isDirty = true;
  #failures = 0;
  #startedMs = -Infinity;
  #endedMs = -Infinity;

  constructor(parts: QuestionParts) {
    super(parts);
    this.#parts = parts;
  }

  /** Resolves when there is an answer, however old. @throws what the first attempt to answer threw */
  override async prepare(): Promise<void> {
    if (this.#answer !== null) return;
    this.#first ??= this.#run();
    const first = this.#first;
    try {
      await first;
    } finally {
      if (this.#first === first) this.#first = null;
    }
  }

  /** Whether there is an answer that somebody who comes back may resume from. */
  get hasAnswer(): boolean {
    return this.#answer !== null;
  }

  /** Takes note of a commit. */
  notice(notice: CommitNotice): void {
    if (this.#isDirty || this.#answer === null) return;
    this.#isDirty = isTouched(this.#parts.question, this.#answer.result, notice, this.#parts.clock.now());
    this.#schedule();
  }

  /** Asks as soon as the pace allows: the warehouse is back, or all that was answered may be wrong. */
  retry(): void {
    this.#isDirty = true;
    this.#failures = 0;
    this.#schedule();
  }

  close(): void {
    this.onEmpty();
    this.#parts.asking.remove(this);
    this.#parts.fanOut.remove(this);
  }

  protected override snapshotJson(): string {
    const { result, partial } = this.#answer!;
    return JSON.stringify({ result, partial, watermark: result.lineage.watermark });
  }

  protected override onGreet(): void {
    if (this.#timer === null) this.#schedule();
  }

  protected override onEmpty(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#asking?.abort();
    this.#asking = null;
    this.#first = null;
  }

  /** Sets the one timer for the next question: soon if the answer is out of date, else when its range ends. */
  #schedule(): void {
    if (this.members.size === 0 || this.#asking !== null) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const dueMs = this.#isDirty ? this.#paceMs() : this.#rollMs();
    this.#timer = dueMs === null ? null : setTimeout(() => void this.#again(), Math.min(Math.max(dueMs, 0), 2 ** 31 - 1));
  }

  #paceMs(): number {
    const { asking, fanOut, stopwatch } = this.#parts;
    const now = stopwatch();
    const retryMs = this.#failures === 0 ? 0 : Math.min(questionPace.retryMs * 2 ** (this.#failures - 1), questionPace.longestRetryMs);
    const restMs = Math.max(questionPace.gapMs, retryMs, fanOut.gapMs(this));
    return Math.max(this.#endedMs + restMs, this.#startedMs + asking.gapMs(this)) - now;
  }

  /** Time until the range ends, which it may have done while the question was being answered. */
  #rollMs(): number | null {
    if (this.#answer === null) return null;
    const rollsAt = rollsAtMs(this.#parts.question.query, this.#answer.result, this.#answer.partial);
    if (rollsAt === null) return null;
    return Math.max(rollsAt - this.#parts.clock.now() + 1, this.#paceMs());
  }

  async #again(): Promise<void> {
    this.#timer = null;
    try {
      await this.#run();
    } catch (error) {
      this.#fail(error);
    }
    this.#schedule();
  }

  async #run(): Promise<void> {
    const controller = new AbortController();
    this.#asking = controller;
    this.#isDirty = false;
    try {
      const result = await this.#ask(controller.signal);
      this.#failures = 0;
      this.#take(result);
      // comparing and encoding a large answer cost time as well
      this.#parts.asking.report(this, this.#parts.stopwatch() - this.#startedMs);
    } catch (error) {
      this.#isDirty = true;
      throw error;
    } finally {
      this.#endedMs = this.#parts.stopwatch();
      if (this.#asking === controller) this.#asking = null;
    }
  }

  async #ask(signal: AbortSignal): Promise<Result> {
    const { question, ask, turnstile, stopwatch } = this.#parts;
    const result = await turnstile.pass(
      () => !signal.aborted,
      async () => {
        this.#startedMs = stopwatch();
        return ask(question.policy, question.query, { signal });
      },
    );
    if (result === null || signal.aborted) throw new Problem('QUERY_CANCELLED', 'Nobody follows this question any more.');
    return result;
  }

  #take(result: Result): void {
    const before = this.#answer;
    const partial = isPartial(result, this.#parts.clock.now(), this.#parts.pendingSinceMs());
    this.#answer = { result, partial };
    this.outdateSnapshot();
    // a kept answer given while the warehouse is down: right as far as it goes, to be asked for again
    if (result.lineage.cache === 'stale') this.#retryLater();
    if (before === null) return;
    const standing = { partial, watermark: result.lineage.watermark };
    const delta = diffResults(before.result, result);
    const sent = (costMs: number) => this.#parts.fanOut.report(this, costMs);
    if (delta === null) this.publish('snapshot', JSON.stringify({ result, ...standing }), sent);
    else if (delta !== 'same') this.publish('delta', JSON.stringify({ ...delta, ...standing }), sent);
    else if (before.partial !== partial) this.publish('delta', JSON.stringify({ result: { ...result, rows: [] }, ...standing }), sent);
  }

  #retryLater(): void {
    this.#isDirty = true;
    this.#failures++;
  }

  #fail(error: unknown): void {
    if (this.members.size === 0 || isCancelled(error)) return;
    this.#failures++;
    const isOurs = !(error instanceof Problem);
    if (isOurs) this.#parts.log.error({ err: error, key: this.#parts.question.key }, 'a live question failed');
    const isPassing = error instanceof Problem && ['WAREHOUSE_UNAVAILABLE', 'STARTING'].includes(error.code);
    if (!isPassing && this.#failures === 1) this.#parts.onProblem(this, problemDocument(error));
  }
}

const isCancelled = (error: unknown) => error instanceof Problem && error.code === 'QUERY_CANCELLED';
