/** Makes the answer about what can be asked from what was discovered. */
import type { CatalogAnswer, CatalogField, CatalogProperty, PropertyType } from '../../shared/contract/catalog.ts';
import type { Discovered, DiscoveredPath, DiscoveredValues } from '../warehouse/discover.ts';

/** What every event has. `time.hour` and the like are of the zone of the query. */
const eventFields: CatalogField[] = [
  { field: 'name', type: 'string', title: 'Event' },
  { field: 'time', type: 'time', title: 'Time' },
  { field: 'time.hour', type: 'number', title: 'Hour of day' },
  { field: 'time.weekday', type: 'number', title: 'Day of week' },
  { field: 'time.month', type: 'number', title: 'Month' },
  { field: 'user', type: 'string', title: 'User' },
  { field: 'anonymous', type: 'string', title: 'Anonymous id' },
  { field: 'person', type: 'string', title: 'Person' },
  { field: 'session', type: 'string', title: 'Session' },
  { field: 'id', type: 'string', title: 'Event id' },
  { field: 'received', type: 'time', title: 'Received' },
];

/** The answer for a workspace. */
export function catalogAnswer(discovered: Discovered): CatalogAnswer {
  const { events, uptoMs } = discovered;
  const iso = (epochMs: number): string => new Date(epochMs).toISOString();
  const first = events.map((event) => event.firstSeenMs);
  const last = events.map((event) => event.lastSeenMs);
  return {
    datasets: [
      {
        name: 'events',
        rows: sum(events.map((event) => event.count)),
        firstSeen: events.length === 0 ? null : iso(Math.min(...first)),
        lastSeen: events.length === 0 ? null : iso(Math.max(...last)),
        fields: eventFields,
      },
    ],
    events: events.map(({ name, count, firstSeenMs, lastSeenMs }) => ({
      name,
      count,
      firstSeen: iso(firstSeenMs),
      lastSeen: iso(lastSeenMs),
    })),
    properties: catalogProperties(discovered),
    metrics: [],
    asOf: uptoMs === 0 ? null : iso(uptoMs),
  };
}

/** How many events of a name one sampled event of it stands for, and how many there are in all. */
interface Weights {
  ofSampled: Map<string, number>;
  total: number;
}

function catalogProperties({ events, values, paths }: Discovered): CatalogProperty[] {
  const sampled = new Map(values.filter(({ path }) => path === '').map(({ name, count }) => [name, count]));
  const weights: Weights = {
    ofSampled: new Map(events.map(({ name, count }) => [name, count / Math.max(1, sampled.get(name) ?? count)])),
    total: sum(events.map(({ count }) => count)),
  };
  const valuesByPath = Map.groupBy(values, ({ path }) => path);
  return paths
    .map((path) => catalogProperty(path, valuesByPath.get(path.path) ?? [], sampled, weights))
    .filter(({ types }) => types.length > 0)
    .sort((a, b) => b.coverage - a.coverage || (a.field < b.field ? -1 : 1));
}

function catalogProperty(
  found: DiscoveredPath,
  values: DiscoveredValues[],
  sampled: Map<string, number>,
  weights: Weights,
): CatalogProperty {
  const weigh = (value: DiscoveredValues): number => value.count * (weights.ofSampled.get(value.name) ?? 0);
  const having = sum(values.map(weigh));
  const types = [...Map.groupBy(values, ({ type }) => propertyType(type))]
    .map(([type, ofType]) => ({ type, share: having === 0 ? 0 : sum(ofType.map(weigh)) / having }))
    .sort((a, b) => b.share - a.share);
  const events = [...Map.groupBy(values, ({ name }) => name)]
    .map(([name, ofName]) => ({
      name,
      weight: sum(ofName.map(weigh)),
      coverage: share(sum(ofName.map(({ count }) => count)), sampled.get(name) ?? 0),
    }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ name, coverage }) => ({ name, coverage }));
  return {
    field: `properties.${found.path}`,
    type: types[0]?.type ?? 'other',
    types,
    coverage: share(having, weights.total),
    cardinality: found.cardinality,
    samples: found.frequentValues,
    min: found.min,
    max: found.max,
    events,
  };
}

/** What an engine type is called on the outside. */
function propertyType(engineType: string): PropertyType {
  if (engineType === 'String') return 'string';
  if (/^U?Int\d+$|^Float\d+$/.test(engineType)) return 'number';
  if (engineType === 'Bool') return 'boolean';
  return engineType.startsWith('Array(') ? 'array' : 'other';
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(1, part / whole);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
