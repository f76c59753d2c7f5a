/** A key that is used from somewhere it never was. */
import type { Detector } from '../finding.ts';
import { notePlace, placeName, type PlacesBySubject } from '../places.ts';

const dayMs = 86_400_000;
/** a key younger than this in use has no habit yet; a place not seen for longer than `forgetMs` counts as new again */
const learningMs = 3 * dayMs;
const forgetMs = 90 * dayMs;
/** a key used all over the world has no place; beyond so many there is nothing to say */
const mostPlaces = 20;
/** the last use of a known place is written down once an hour */
const noteEveryMs = 3_600_000;

/** Keys alone; people travel. */
export function newPlace(places: PlacesBySubject, noteChange: (subject: string) => void): Detector {
  return {
    kind: 'new-place',
    look: (sighting) => {
      if (sighting.what !== 'call' || sighting.subject.kind !== 'key' || sighting.outcome !== 'done') return null;
      const { subject, workspaceId, address, country, atMs } = sighting;
      const key = `key ${subject.id}`;
      const seen = places.get(key) ?? new Map();
      places.set(key, seen);
      const name = placeName(address, country);
      const known = seen.get(name);
      if (known !== undefined && atMs - known.lastMs < noteEveryMs) return null;
      const firstMs = Math.min(...[...seen.values()].map((place) => place.firstMs));
      const others = [...seen.values()].map((place) => place.name);
      notePlace(seen, address, country, atMs);
      noteChange(key);
      const isNew = known === undefined || atMs - known.lastMs > forgetMs;
      if (!isNew || others.length === 0 || others.length >= mostPlaces || atMs - firstMs < learningMs) return null;
      const title = `A key is used from ${name} for the first time; until now from ${others.slice(0, 5).join(', ')}.`;
      return { kind: 'new-place', workspaceId, subject, severity: 'medium', title, evidence: { place: name, known: others.length } };
    },
  };
}
