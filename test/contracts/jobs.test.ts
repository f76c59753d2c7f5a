/** Jobs and schedules on both catalogs: each done once, tried again, recovered, given back. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import { createJobs, type Jobs, type JobsParts } from '../../src/server/jobs/jobs.ts';
import { claimJobs, finishJob } from '../../src/server/jobs/store.ts';
import { describeOnEachCatalog, type CatalogPlace } from '../fixtures/each-catalog.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { until } from '../fixtures/until.ts';

const startMs = Date.UTC(2026, 0, 15, 12, 0, 30);

describeOnEachCatalog('jobs', (place) => {
  let at: CatalogPlace;
  let catalog: Catalog;
  let nowMs: number;
  let nodes: Jobs[];

  const node = (on: Catalog, parts: Partial<JobsParts> = {}): Jobs => {
    const jobs = createJobs({
      catalog: on,
      clock: { now: () => nowMs },
      random: () => 0.5,
      log: silentLog,
      owner: `node-${nodes.length}`,
      pollMs: 20,
      ...parts,
    });
    nodes.push(jobs);
    return jobs;
  };
  beforeEach(async () => {
    nowMs = startMs;
    nodes = [];
    at = await place();
    catalog = await at.open();
  });
  afterEach(async () => {
    await Promise.all(nodes.map((each) => each.stop()));
    await catalog.close();
  });
  const states = async (): Promise<string[]> =>
    (await catalog.db.selectFrom('jobs').select('state').orderBy('id').execute()).map((row) => row.state);

  test('two workers racing on 200 jobs do each of them once', async () => {
    const other = await at.open();
    const doneBy = new Map<number, string[]>();
    const workers = [node(catalog, { concurrency: 7 }), node(other, { concurrency: 7 })];
    const atWork = new Set<number>();
    workers.forEach((worker, i) =>
      worker.register('count', async ({ payload }) => {
        const { n } = payload as { n: number };
        atWork.add(i);
        await until(() => atWork.size === 2, 'the other worker');
        doneBy.set(n, [...(doneBy.get(n) ?? []), `worker-${i}`]);
      }),
    );
    for (let n = 0; n < 200; n++) await workers[0]!.enqueue('count', { n });
    for (const worker of workers) worker.start();
    await until(async () => (await states()).every((state) => state === 'done'), '200 jobs');
    expect(doneBy.size).toBe(200);
    expect([...doneBy.values()].filter((workers) => workers.length !== 1)).toEqual([]);
    await workers[1]!.stop();
    await other.close();
  });

  test('a failed job waits longer each time, and fails for good after its last attempt', async () => {
    const jobs = node(catalog);
    const attempts: number[] = [];
    jobs.register('fail', async ({ attempt }) => {
      attempts.push(attempt);
      throw new Error(`no luck ${attempt}`);
    });
    await jobs.enqueue('fail', {}, { maxAttempts: 3 });
    jobs.start();
    const job = async () => (await jobs.list(null, 1))[0]!;
    await until(async () => (await job()).lastError === 'no luck 1', 'the first attempt');
    expect((await job()).runMs - nowMs).toBe(1_500);
    nowMs += 1_500;
    await until(async () => (await job()).lastError === 'no luck 2', 'the second attempt');
    expect((await job()).runMs - nowMs).toBe(3_000);
    nowMs += 3_000;
    await until(async () => (await job()).state === 'failed', 'the last attempt');
    expect(await job()).toMatchObject({ attempts: 3, lastError: 'no luck 3', finishedMs: nowMs });
    expect(attempts).toEqual([1, 2, 3]);
  });

  test('the job of a worker that died is taken over when its lease is over, and the dead one changes nothing any more', async () => {
    const jobs = node(catalog);
    const seen: number[] = [];
    jobs.register('resume', async ({ attempt }) => void seen.push(attempt));
    await jobs.enqueue('resume', {});
    const claim = { owner: 'dead', kinds: ['resume'], limit: 1, nowMs, leaseMs: 60_000 };
    const [claimed] = await claimJobs(catalog.db, claim);
    jobs.start();
    nowMs += 60_000;
    await jobs.enqueue('resume', {});
    await until(async () => (await states())[1] === 'done', 'the job beside it');
    expect((await states())[0]).toBe('running');
    nowMs += 1;
    await until(async () => (await states())[0] === 'done', 'the job of the dead worker');
    expect(seen).toEqual([1, 2]);
    expect(await finishJob(catalog.db, { id: claimed!.id, owner: 'dead', attempt: 1 }, nowMs)).toBe(false);
  });

  test('a job that kills its worker every time is given up', async () => {
    const jobs = node(catalog);
    jobs.register('kill', async () => undefined);
    await jobs.enqueue('kill', {}, { maxAttempts: 1 });
    await claimJobs(catalog.db, { owner: 'dead', kinds: ['kill'], limit: 1, nowMs, leaseMs: 1_000 });
    nowMs += 1_001;
    jobs.start();
    await until(async () => (await states())[0] === 'failed', 'the job to be given up');
    expect((await jobs.list(null, 1))[0]!.lastError).toBe('The worker ended during the last attempt.');
  });

  test('a lease is kept while the job runs, however long', async () => {
    const jobs = node(catalog, { leaseMs: 90 });
    const other = node(catalog, { leaseMs: 90 });
    let runs = 0;
    let release = (): void => undefined;
    const handler = async (): Promise<void> => {
      runs++;
      await new Promise<void>((resolve) => (release = resolve));
    };
    for (const each of [jobs, other]) each.register('long', handler);
    await jobs.enqueue('long', {});
    const leaseUntil = async () => (await catalog.db.selectFrom('jobs').select('lease_until').executeTakeFirstOrThrow()).lease_until!;
    jobs.start();
    other.start();
    await until(() => runs > 0, 'the job to run');
    const lastsMs = nowMs + 2_000;
    while (nowMs < lastsMs) {
      nowMs += 80;
      await until(async () => (await leaseUntil()) >= nowMs + 90, 'the lease to be extended');
    }
    release();
    await until(async () => (await states())[0] === 'done', 'the job');
    expect(runs).toBe(1);
  });

  test('stopping aborts what runs and gives it back, the attempt not counted', async () => {
    const jobs = node(catalog);
    let isRunning = false;
    jobs.register('slow', async ({ signal }) => {
      isRunning = true;
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    });
    await jobs.enqueue('slow', {});
    jobs.start();
    await until(() => isRunning, 'the job to run');
    await jobs.stop();
    expect((await jobs.list(null, 1))[0]).toMatchObject({ state: 'queued', attempts: 0 });
  });

  test('of one singleton key one job is queued at a time, and a job may wait for its time', async () => {
    const jobs = node(catalog);
    jobs.register('tidy', async () => undefined);
    const first = await jobs.enqueue('tidy', {}, { singletonKey: 'w1', workspaceId: 'w1', runMs: nowMs + 5_000 });
    expect(first).toBeGreaterThan(0);
    expect(await jobs.enqueue('tidy', {}, { singletonKey: 'w1' })).toBeNull();
    expect(await jobs.enqueue('tidy', {}, { singletonKey: 'w2', workspaceId: 'w2' })).not.toBeNull();
    jobs.start();
    await until(async () => (await states())[1] === 'done', 'the job that is due');
    expect((await states())[0]).toBe('queued');
    nowMs += 5_000;
    await until(async () => (await states())[0] === 'done', 'the job that waited');
    const third = await jobs.enqueue('tidy', {}, { singletonKey: 'w1', workspaceId: 'w1' });
    expect(third).not.toBeNull();
    const common = await jobs.enqueue('tidy', {});
    expect((await jobs.list('w1', 10)).map((job) => job.id)).toEqual([common, third, first]);
  });

  test('of two nodes one fires a schedule, in its time zone, and once for what was missed', async () => {
    const other = await at.open();
    const workers = [node(catalog), node(other)];
    const fired: string[] = [];
    for (const worker of workers) {
      worker.register('report', async () => void fired.push(new Date(nowMs).toISOString()));
      await worker.schedule({ name: 'nightly', cron: '0 3 * * *', timezone: 'Europe/Berlin', kind: 'report' });
      worker.start();
    }
    const nextAt = async () =>
      new Date((await catalog.db.selectFrom('schedules').select('next_at').executeTakeFirstOrThrow()).next_at).toISOString();
    expect(await nextAt()).toBe('2026-01-16T02:00:00.000Z');
    nowMs = Date.UTC(2026, 0, 16, 2);
    await until(async () => fired.length === 1 && (await states())[0] === 'done', 'the first firing');
    expect(await nextAt()).toBe('2026-01-17T02:00:00.000Z');
    nowMs = Date.UTC(2026, 6, 1, 0, 30);
    await until(
      async () => fired.length === 2 && (await states()).every((state) => state === 'done'),
      'the firing that makes up for the missed ones',
    );
    expect(await nextAt()).toBe('2026-07-01T01:00:00.000Z');
    await workers[1]!.stop();
    await other.close();
  });

  test('a schedule keeps its next firing when the server starts again, and gets a new one when its pattern changes', async () => {
    const jobs = node(catalog);
    const nextAt = async () => (await catalog.db.selectFrom('schedules').select('next_at').executeTakeFirstOrThrow()).next_at;
    await jobs.schedule({ name: 'tidy', cron: '*/10 * * * *', kind: 'tidy' });
    const first = await nextAt();
    expect(first).toBe(Date.UTC(2026, 0, 15, 12, 10));
    nowMs += 3_600_000;
    await jobs.schedule({ name: 'tidy', cron: '*/10 * * * *', kind: 'tidy' });
    expect(await nextAt()).toBe(first);
    await jobs.schedule({ name: 'tidy', cron: '0 0 * * *', kind: 'tidy' });
    expect(await nextAt()).toBe(Date.UTC(2026, 0, 16));
    await expect(jobs.schedule({ name: 'wrong', cron: 'now and then', kind: 'tidy' })).rejects.toThrow('CronPattern');
  });
});
