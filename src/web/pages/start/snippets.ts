/** What one copies to send events: ready to run, with the workspace's own address and key. */

/** One thing to copy. */
export interface Snippet {
  /** where it goes: "In a terminal", "In a web page" */
  place: string;
  code: string;
}

/** One way to send events. */
export interface Way {
  /** as it stands in the address */
  id: string;
  label: string;
  /** one or two sentences: for whom, and what to change */
  about: string;
  snippets: Snippet[];
}

/** Stands where the write key would, for people who may not see it. */
export const keyPlaceholder = 'YOUR_WRITE_KEY';

/** The event that the first snippet and the button beside it send. */
export const firstEvent = { name: 'signed_up', user: 'ana', properties: { plan: 'pro', seats: 3 } } as const;

function curl(origin: string, key: string): string {
  return `curl ${origin}/v1/events \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '${JSON.stringify(firstEvent)}'`;
}

const tracker = (origin: string, key: string): string => `<script defer src="${origin}/tracker.js" data-key="${key}"></script>`;

const trackerCalls = `bellwether.track('purchase', { amount: 49.5 });
bellwether.identify('ana', { plan: 'pro' });`;

const segmentNode = (origin: string, key: string): string => `import { Analytics } from '@segment/analytics-node';

const analytics = new Analytics({ writeKey: '${key}', host: '${origin}' });
analytics.track({ userId: 'ana', event: 'signed_up', properties: { plan: 'pro' } });
await analytics.closeAndFlush();`;

const segmentBrowser = (origin: string, key: string): string => `import { AnalyticsBrowser } from '@segment/analytics-next';

const analytics = AnalyticsBrowser.load({ writeKey: '${key}', cdnURL: '${origin}' });
analytics.track('signed_up', { plan: 'pro' });`;

const posthogNode = (origin: string, key: string): string => `import { PostHog } from 'posthog-node';

const posthog = new PostHog('${key}', { host: '${origin}' });
posthog.capture({ distinctId: 'ana', event: 'signed_up', properties: { plan: 'pro' } });
await posthog.shutdown();`;

const posthogBrowser = (origin: string, key: string): string => `import posthog from 'posthog-js';

posthog.init('${key}', { api_host: '${origin}' });
posthog.capture('signed_up', { plan: 'pro' });`;

const rudderNode = (origin: string, key: string): string => `import RudderAnalytics from '@rudderstack/rudder-sdk-node';

const rudder = new RudderAnalytics('${key}', { dataPlaneUrl: '${origin}' });
rudder.track({ userId: 'ana', event: 'signed_up', properties: { plan: 'pro' } });
rudder.flush();`;

/** Every way to send events to `origin` with `key`, simplest first. */
export function waysToSend(origin: string, key: string): Way[] {
  return [
    {
      id: 'curl',
      label: 'curl',
      about: 'One event over HTTP, from anything that can make a request. Only the name is needed.',
      snippets: [{ place: 'In a terminal', code: curl(origin, key) }],
    },
    {
      id: 'browser',
      label: 'Web page',
      about: 'One line in the head of your pages. It sends page views and how fast they were, without cookies, in 1.7 kB.',
      snippets: [
        { place: 'In the head of your pages', code: tracker(origin, key) },
        { place: 'Anywhere in your scripts', code: trackerCalls },
      ],
    },
    {
      id: 'segment',
      label: 'Segment',
      about: 'Keep the Segment library that you have, and change only where it sends to.',
      snippets: [
        { place: 'In Node', code: segmentNode(origin, key) },
        { place: 'In the browser', code: segmentBrowser(origin, key) },
      ],
    },
    {
      id: 'posthog',
      label: 'PostHog',
      about: 'Keep the PostHog library that you have, and change only the key and the host.',
      snippets: [
        { place: 'In Node', code: posthogNode(origin, key) },
        { place: 'In the browser', code: posthogBrowser(origin, key) },
      ],
    },
    {
      id: 'rudderstack',
      label: 'RudderStack',
      about: 'Keep the RudderStack library of your server, and point its data plane here.',
      snippets: [{ place: 'In Node', code: rudderNode(origin, key) }],
    },
    {
      id: 'import',
      label: 'Files',
      about: 'Bring in history from CSV, NDJSON, JSON or Parquet. Look first with --dry-run; every import can be undone.',
      snippets: [
        { place: 'On this machine', code: 'npx bellwether import events.csv' },
        {
          place: 'From another machine, with an API key of scope "admin"',
          code: `BELLWETHER_KEY=YOUR_API_KEY npx bellwether import events.csv --url ${origin}`,
        },
        { place: 'No data at hand? 30 days of a made-up shop', code: 'npx bellwether simulate --days 30' },
      ],
    },
  ];
}
