/** Keeps the catalog of a workspace up with its events: after each commit it looks at what is new, a little at a time. */
import type { CatalogAnswer } from '../../shared/contract/catalog.ts';
import type { CommitNotice } from '../ports/accepted.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import { discoverSpan, firstPart, forgetDiscovered, readDiscovered, readProgress } from '../warehouse/discover.ts';
import { discoverVisible } from '../warehouse/discover-visible.ts';
import type { View } from '../warehouse/view/view.ts';
import { catalogAnswer } from './catalog-answer.ts';
import { maskedCatalog } from './masked-catalog.ts';

/** Events looked at in one round. */
const eventsPerRound = 1_000_000;
/** Between two rounds of a workspace. */
const pauseMs = 1_000;
/** How much longer than a round the rest after it is: discovery takes a quarter of a core at most. */
const restRatio = 3;
const retryMs = 5_000;
/** Answers under row filters: each is a look at the events, so one is good for a while although more has come in. */
const keptMs = 30_000;
const keptAnswers = 200;

/** An answer under a row filter. */
interface PartAnswer {
  answer: Promise<CatalogAnswer>;
  /** up to when the whole workspace was discovered */
  asOf: string | null;
  madeMs: number;
}

/** The catalogs of all workspaces. */
export class Discovery {
  readonly #warehouse: Warehouse;
  readonly #clock: Clock;
  readonly #log: Log;
  /** workspaces with new events, and up to when these are committed */
  readonly #waiting = new Map<string, number>();
  readonly #answers = new Map<string, Promise<CatalogAnswer>>();
  /** by view, least recently made first */
  readonly #parts = new Map<string, PartAnswer>();
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(warehouse: Warehouse, clock: Clock, log: Log) {
    this.#warehouse = warehouse;
    this.#clock = clock;
    this.#log = log;
  }

  /** Notes that events were committed. At the start of a server: call it with each workspace's watermark. */
  noteCommit(notice: Pick<CommitNotice, 'workspaceId' | 'dataset' | 'watermarkMs'>): void {
    if (notice.dataset !== 'events') return;
    this.#waiting.set(notice.workspaceId, Math.max(notice.watermarkMs, this.#waiting.get(notice.workspaceId) ?? 0));
    if (this.#running === null && this.#timer === null) this.#runAfter(0);
  }

  /** What can be asked about as far as `view` shows it, as of the last round; under a row filter up to 30 s later. */
  async catalog(view: View): Promise<CatalogAnswer> {
    const whole = await this.#whole(view.workspaceId);
    return maskedCatalog(view.rows === null ? whole : await this.#part(view, whole.asOf), view);
  }

  #part(view: View, asOf: string | null): Promise<CatalogAnswer> {
    const nowMs = this.#clock.now();
    const known = this.#parts.get(view.key);
    if (known !== undefined && (known.asOf === asOf || nowMs - known.madeMs < keptMs)) return known.answer;
    const uptoMs = asOf === null ? 0 : Date.parse(asOf);
    const answer = discoverVisible(this.#warehouse, view, uptoMs).then(catalogAnswer);
    this.#parts.delete(view.key);
    this.#parts.set(view.key, { answer, asOf, madeMs: nowMs });
    answer.catch(() => this.#parts.delete(view.key));
    for (const oldest of this.#parts.keys()) {
      if (this.#parts.size <= keptAnswers) break;
      this.#parts.delete(oldest);
    }
    return answer;
  }

  #whole(workspaceId: string): Promise<CatalogAnswer> {
    let answer = this.#answers.get(workspaceId);
    if (answer === undefined) {
      answer = readDiscovered(this.#warehouse, workspaceId).then(catalogAnswer);
      this.#answers.set(workspaceId, answer);
      answer.catch(() => this.#answers.delete(workspaceId));
    }
    return answer;
  }

  /** Starts anew for a workspace whose events were deleted; `watermarkMs` says up to when events are committed. */
  async forget(workspaceId: string, watermarkMs: number): Promise<void> {
    await forgetDiscovered(this.#warehouse, workspaceId);
    this.#answers.delete(workspaceId);
    this.#parts.clear();
    this.noteCommit({ workspaceId, dataset: 'events', watermarkMs });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#running;
  }

  #runAfter(delayMs: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#running = this.#runNext().finally(() => {
        this.#running = null;
      });
    }, delayMs);
  }

  /** One round for the workspace that has waited longest. */
  async #runNext(): Promise<void> {
    const [next] = this.#waiting;
    if (next === undefined) return;
    const [workspaceId, uptoMs] = next;
    this.#waiting.delete(workspaceId);
    const startedAt = performance.now();
    let waitMs = pauseMs;
    try {
      if (await this.#discover(workspaceId, uptoMs)) this.#waiting.set(workspaceId, Math.max(uptoMs, this.#waiting.get(workspaceId) ?? 0));
    } catch (error) {
      this.#waiting.set(workspaceId, Math.max(uptoMs, this.#waiting.get(workspaceId) ?? 0));
      this.#log.warn({ workspaceId, error }, 'discovery failed and is tried again');
      waitMs = retryMs;
    }
    this.#runAfter(Math.max(waitMs / Math.max(1, this.#waiting.size), restRatio * (performance.now() - startedAt)));
  }

  /** true: there is more to look at */
  async #discover(workspaceId: string, uptoMs: number): Promise<boolean> {
    const { generation, uptoMs: fromMs } = await readProgress(this.#warehouse, workspaceId);
    if (uptoMs <= fromMs) return false;
    const part = await firstPart(this.#warehouse, { workspaceId, generation, fromMs, toMs: uptoMs }, eventsPerRound);
    if ((await discoverSpan(this.#warehouse, part)) > 0) this.#answers.delete(workspaceId);
    return part.toMs < uptoMs;
  }
}
