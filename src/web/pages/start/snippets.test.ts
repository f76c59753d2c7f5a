/** The snippets hold the workspace's own address and key, and what they send is an event. */
import { describe, expect, test } from 'vitest';
import { sentEvent } from '../../../shared/contract/ingest.ts';
import { firstEvent, waysToSend } from './snippets.ts';

const origin = 'https://stats.example.com';
const key = 'bw_w_secret';

describe('ways to send', () => {
  test('every way that sends over the network names the address and the key', () => {
    const silent = waysToSend(origin, key).filter(
      ({ id, snippets }) => id !== 'import' && !snippets.some(({ code }) => code.includes(origin) && code.includes(key)),
    );
    expect(silent.map(({ id }) => id)).toEqual([]);
  });

  test('each has its own place in the address', () => {
    const ids = waysToSend(origin, key).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(['curl', 'browser', 'segment', 'posthog', 'rudderstack', 'import']);
  });

  test('the first event is one that the server takes', () => {
    expect(sentEvent.safeParse(firstEvent).success).toBe(true);
    const body = /-d '(.*)'/.exec(waysToSend(origin, key)[0]?.snippets[0]?.code ?? '')?.[1] ?? '';
    expect(JSON.parse(body)).toEqual(firstEvent);
  });
});
