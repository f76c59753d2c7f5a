/** The answer about what can be asked, behind the masks of a view. */
import type { CatalogAnswer, CatalogProperty } from '../../shared/contract/catalog.ts';
import { maskText } from '../warehouse/view/mask-text.ts';
import type { Masking, Masks } from '../warehouse/view/masks.ts';
import type { View } from '../warehouse/view/view.ts';

type CatalogEvent = CatalogAnswer['events'][number];

/** `answer` without anything of what is masked but that it is there. */
export function maskedCatalog(answer: CatalogAnswer, view: View): CatalogAnswer {
  if (view.masks.isEmpty) return answer;
  const nameMask = view.masks.of('name');
  const shown = (name: string): string => maskText(name, nameMask, view.salt);
  return {
    ...answer,
    datasets: answer.datasets.map((dataset) => ({
      ...dataset,
      fields: dataset.fields.map((field) => ({ ...field, ...markOf(view.masks.of(field.field)) })),
    })),
    events: mergeEvents(answer.events.map((event) => ({ ...event, name: shown(event.name) }))),
    properties: answer.properties.map((property) => ({
      ...maskedProperty(property, view.masks),
      ...(nameMask === null ? {} : { events: [] }),
    })),
  };
}

/** Of a masked property no values, and of a hidden one nothing but its name. Lists that may hold something masked are values, too. */
function maskedProperty(property: CatalogProperty, masks: Masks): CatalogProperty {
  const masking = masks.of(property.field);
  if (masking === null && !masks.reachesBelow(property.field)) return property;
  const bare: CatalogProperty = { ...property, ...markOf(masking), cardinality: 0, samples: [], min: null, max: null };
  if (masking === null) return bare;
  if (masking.as === 'hide') return { ...bare, type: 'other', types: [], coverage: 0, events: [] };
  const type = masking.as === 'bucket' ? 'number' : 'string';
  return { ...bare, type, types: [{ type, share: 1 }] };
}

function markOf(masking: Masking | null): { masked?: Masking['as'] } {
  return masking === null ? {} : { masked: masking.as };
}

/** Names that look the same behind their mask are one; what is hidden is none. */
function mergeEvents(events: readonly CatalogEvent[]): CatalogEvent[] {
  const byName = Map.groupBy(
    events.filter(({ name }) => name !== ''),
    ({ name }) => name,
  );
  return [...byName]
    .map(([name, same]) => ({
      name,
      count: same.reduce((sum, { count }) => sum + count, 0),
      firstSeen: same.map(({ firstSeen }) => firstSeen).toSorted()[0] as string,
      lastSeen: same
        .map(({ lastSeen }) => lastSeen)
        .toSorted()
        .at(-1) as string,
    }))
    .toSorted((a, b) => b.count - a.count);
}
