/** A sign-in from farther away than anybody can travel since the last one. */
import { leastDistanceKm } from '../country-places.ts';
import type { Detector } from '../finding.ts';
import { notePlace, type PlacesBySubject } from '../places.ts';

/** faster than an airliner, door to door */
const fastestKmPerHour = 900;
const hourMs = 3_600_000;

/** Looks where the country is known alone; a subject's places are shared with the catalog. */
export function farTooSoon(places: PlacesBySubject, noteChange: (subject: string) => void): Detector {
  return {
    kind: 'far-too-soon',
    look: (sighting) => {
      if (sighting.what !== 'sign-in' || sighting.outcome !== 'done' || sighting.personId === null || sighting.country === null)
        return null;
      const { personId, country, address, atMs, workspaceIds } = sighting;
      const key = `person ${personId}`;
      const seen = places.get(key) ?? new Map();
      const last = [...seen.values()].filter((place) => place.country !== null).sort((a, b) => b.lastMs - a.lastMs)[0];
      notePlace(seen, address, country, atMs);
      places.set(key, seen);
      noteChange(key);
      if (last?.country === undefined || last.country === null || workspaceIds[0] === undefined) return null;
      const distanceKm = leastDistanceKm(last.country, country);
      const hours = Math.max(0, atMs - last.lastMs) / hourMs;
      if (distanceKm === null || distanceKm <= fastestKmPerHour * hours) return null;
      const km = Math.round(distanceKm);
      const title = `Signed in from ${country}, ${durationText(hours)} after ${last.country}, at least ${km} km away.`;
      return {
        kind: 'far-too-soon',
        workspaceId: workspaceIds[0],
        subject: { kind: 'person', id: personId },
        severity: 'high',
        title,
        evidence: { from: last.country, to: country, km, hours: Math.round(hours * 10) / 10 },
      };
    },
  };
}

function durationText(hours: number): string {
  return hours < 2 ? `${Math.round(hours * 60)} min` : `${Math.round(hours)} h`;
}
