/** Refused ingest calls: each is told of, and a library that goes on trying does not become a flood. */
import { beforeEach, describe, expect, test } from 'vitest';
import { openIngestServer, type IngestServer } from '../../../../test/fixtures/open-ingest-server.ts';
import { principalFor } from '../../../../test/fixtures/principals.ts';
import { importHeader } from '../../../shared/contract/imports.ts';
import { Problem } from '../../../shared/model/errors.ts';
import { createRefusalTally, type RefusalTally, type RefusedIngest } from './refusals.ts';

describe('the tally', () => {
  let nowMs: number;
  let told: RefusedIngest[];
  let tally: RefusalTally;
  beforeEach(() => {
    [nowMs, told] = [1_000_000, []];
    tally = createRefusalTally({ now: () => nowMs }, (refused) => told.push(refused), 3);
  });
  const refuse = (address = '192.0.2.1', operation = 'sendEvents', code: 'CREDENTIALS_INVALID' | 'FORBIDDEN' = 'CREDENTIALS_INVALID') =>
    tally.add({ operation, problem: new Problem(code, 'no'), principal: null, address, userAgent: 'sdk' });
  const counts = () => told.map(({ address, operation, problem, times, seconds }) => [address, operation, problem.code, times, seconds]);

  test('tells of the first at once, and of the others when their minute has ended', () => {
    for (let i = 0; i < 500; i++) refuse();
    expect(counts()).toEqual([['192.0.2.1', 'sendEvents', 'CREDENTIALS_INVALID', 1, 0]]);
    nowMs += 59_999;
    tally.settle(false);
    expect(told.length).toBe(1);
    nowMs += 1;
    tally.settle(false);
    expect(counts()[1]).toEqual(['192.0.2.1', 'sendEvents', 'CREDENTIALS_INVALID', 499, 60]);
    tally.settle(true);
    expect(told.length).toBe(2);
  });

  test('begins a new minute with the next refusal, and tells what the one before came to', () => {
    refuse();
    refuse();
    nowMs += 60_000;
    refuse();
    expect(counts().map(([, , , times, seconds]) => [times, seconds])).toEqual([
      [1, 0],
      [1, 60],
      [1, 0],
    ]);
  });

  test('counts neighbours in one network together, and everything else apart', () => {
    refuse('2001:db8:1:2::1');
    refuse('2001:db8:1:2::2');
    refuse('2001:db8:1:3::1');
    refuse('2001:db8:1:2::1', 'segment-track');
    expect(counts().map(([address, operation]) => [address, operation])).toEqual([
      ['2001:db8:1:2::1', 'sendEvents'],
      ['2001:db8:1:3::1', 'sendEvents'],
      ['2001:db8:1:2::1', 'segment-track'],
    ]);
    refuse('2001:db8:1:2::1', 'sendEvents', 'FORBIDDEN');
    expect(told.length).toBe(4);
  });

  test('tells of a crowd of addresses as one', () => {
    for (let i = 0; i < 1_000; i++) refuse(`198.51.100.${i}`);
    expect(counts().map(([address]) => address)).toEqual(['198.51.100.0', '198.51.100.1', '198.51.100.2', 'many addresses']);
    tally.settle(true);
    expect(counts().at(-1)).toEqual(['many addresses', 'sendEvents', 'CREDENTIALS_INVALID', 996, 1]);
  });

  test('says what was left over when it is closed', () => {
    refuse();
    refuse();
    nowMs += 2_400;
    tally.settle(true);
    expect(counts().at(-1)).toEqual(['192.0.2.1', 'sendEvents', 'CREDENTIALS_INVALID', 1, 2]);
  });

  test('keeps apart who is known', () => {
    const problem = new Problem('FORBIDDEN', 'no');
    for (const id of ['k1', 'k2'])
      tally.add({
        operation: 'sendEvents',
        problem,
        principal: principalFor('write-key', 'w', id, ['ingest']),
        address: '::1',
        userAgent: '',
      });
    expect(told.map(({ principal }) => principal?.id)).toEqual(['k1', 'k2']);
  });
});

describe('a call', () => {
  let server: IngestServer;
  beforeEach(() => {
    server = openIngestServer();
  });
  const json = { 'content-type': 'application/json' };
  const told = () => server.refused.map(({ operation, problem, principal }) => [operation, problem.code, principal?.id ?? null]);

  test('that is refused for its key is told of, whatever it came as', async () => {
    await server.post('/v1/events', '[{"name":"a"}]', json);
    await server.post('/v1/events', '[{"name":"a"}]', { ...json, authorization: 'Bearer wk_unknown' });
    await server.post('/v1/track', '{"writeKey":"wk_unknown"}', json);
    await server.post('/capture/', '{"api_key":"ak_ask","event":"a"}', json);
    await server.post('/capture', '{"api_key":"ak_ask","event":"a"}', json);
    await server.app.inject({ url: '/array/wk_unknown/config.js' });
    await server.post('/v1/events', '[{"name":"a"}]', { ...json, authorization: 'Bearer wk_good', [importHeader]: 'i1' });
    expect(told()).toEqual([
      ['sendEvents', 'CREDENTIALS_MISSING', null],
      ['sendEvents', 'CREDENTIALS_INVALID', null],
      ['segment-track', 'CREDENTIALS_INVALID', null],
      ['posthog-capture', 'FORBIDDEN', null],
      ['posthog-config-script', 'CREDENTIALS_INVALID', null],
      ['sendEvents', 'FORBIDDEN', 'k1'],
    ]);
  });

  test('that is let in is not, nor is one whose body is wrong', async () => {
    await server.post('/v1/events', '[{"name":"a"}]');
    await server.post('/v1/events', 'nonsense');
    expect(told()).toEqual([]);
  });

  test('is told of with the others when the server closes', async () => {
    for (let i = 0; i < 5; i++) await server.post('/v1/events', '[]', json);
    await server.app.close();
    expect(server.refused.map(({ times }) => times)).toEqual([1, 4]);
  });
});
