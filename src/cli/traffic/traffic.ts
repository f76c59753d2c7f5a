/** Believable traffic of an outdoor shop: a pure function of seed and time, so that the same stretch is always the same events. */
import { countries, createVisitor } from './people.ts';
import type { Country } from './people.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { dayMs, growthAt, hourMs, incidentsAt, rhythmAt } from './rhythm.ts';
import { visitEvents } from './session.ts';
import type { SimulatedEvent } from './session.ts';

/** A simulated business. */
export interface TrafficModel {
  seed: number;
  /** events on an average day around `growthAnchorMs` */
  eventsPerDay: number;
  /** growth is 1 here */
  growthAnchorMs: number;
  /** since when the business exists: nobody comes back who signed up before */
  bornMs: number;
  /** end of the history: nobody comes back who signed up after it */
  historyEndMs: number;
  /** a fixed rate instead of rhythm and growth */
  isSteady: boolean;
}

/** Events that an average visit leaves; measured by the test beside this file. */
const eventsPerVisit = 5;
const newVisitorShare = 0.42;
const signUpShare = 0.09;
const countryCodes = countries.map(({ code }) => code);
const totalWeight = countries.reduce((sum, { weight }) => sum + weight, 0);

/** The events of the visits that begin in `[fromMs, toMs)`, in order of time; the last ones end some minutes after. */
export function trafficBetween(model: TrafficModel, fromMs: number, toMs: number): SimulatedEvent[] {
  const events: SimulatedEvent[] = [];
  for (const country of countries) {
    const { random, visits, signUps } = crowd(model, fromMs, toMs, country);
    for (let n = 0; n < visits; n++) addVisit(model, { fromMs, toMs, country, n, signsUp: n < signUps }, random, events);
  }
  return events.sort((a, b) => a.time - b.time);
}

/** How many come from a country in a stretch of time, and how many of them sign up: the first ones do. */
function crowd(model: TrafficModel, fromMs: number, toMs: number, country: Country) {
  const random = createRandom(model.seed, 'visits', fromMs, country.code);
  const visits = random.poisson((visitsPerMs(model, fromMs, toMs, country) * (toMs - fromMs) * country.weight) / totalWeight);
  const signUps = Math.min(visits, random.poisson(visits * newVisitorShare * signUpShare));
  return { random, visits, signUps };
}

function visitsPerMs(model: TrafficModel, fromMs: number, toMs: number, { code, offsetHours }: Country): number {
  const average = model.eventsPerDay / eventsPerVisit / dayMs;
  if (model.isSteady) return average;
  const middleMs = (fromMs + toMs) / 2;
  const incidents = incidentsAt(middleMs, model.seed, countryCodes);
  const isGone = incidents.some((incident) => incident.kind === 'country-gone' && incident.country === code);
  const isCampaign = incidents.some(({ kind }) => kind === 'campaign');
  return (
    average * rhythmAt(middleMs, offsetHours) * growthAt(middleMs, model.growthAnchorMs) * (isGone ? 0.05 : 1) * (isCampaign ? 1.9 : 1)
  );
}

interface Slot {
  fromMs: number;
  toMs: number;
  country: Country;
  n: number;
  signsUp: boolean;
}

function addVisit(model: TrafficModel, slot: Slot, random: Random, events: SimulatedEvent[]): void {
  const { country, signsUp } = slot;
  const startMs = slot.fromMs + random.next() * (slot.toMs - slot.fromMs);
  const id = visitId(model, slot.fromMs, country, slot.n);
  const known = !signsUp && random.isTrue(1 - newVisitorShare) ? maybeKnownUser(model, slot, random) : null;
  const name = known ?? id;
  const localHour = new Date(startMs + country.offsetHours * hourMs).getUTCHours();
  const isLeisure = localHour >= 19 || localHour < 7 || [0, 6].includes(new Date(startMs).getUTCDay());
  const visitor = createVisitor(country.code, createRandom(model.seed, 'visitor', name), isLeisure);
  const incidents = model.isSteady ? [] : incidentsAt(startMs, model.seed, countryCodes);
  const visit = {
    id,
    startMs,
    visitor,
    anonymous: `a-${name}`,
    user: known === null ? null : `u-${known}`,
    signUpAs: signsUp ? `u-${id}` : null,
    incidents,
  };
  events.push(...visitEvents(visit, random));
}

function visitId(model: TrafficModel, sliceMs: number, country: Country, n: number): string {
  return `${model.seed}-${Math.round(sliceMs / 1000).toString(36)}-${country.code}${n}`;
}

/** The visit with which somebody of the country once signed up: mostly lately, some long ago; null where nobody did. */
function maybeKnownUser(model: TrafficModel, { fromMs, country }: Slot, random: Random): string | null {
  const latestMs = Math.min(fromMs, model.historyEndMs) - hourMs;
  for (let tries = 0; tries < 8; tries++) {
    const sinceMs = Math.floor((latestMs - random.logNormal(4 * dayMs, 1.3)) / hourMs) * hourMs;
    if (sinceMs < model.bornMs) continue;
    const { signUps } = crowd({ ...model, isSteady: false }, sinceMs, sinceMs + hourMs, country);
    if (signUps > 0) return visitId(model, sinceMs, country, random.below(signUps));
  }
  return null;
}
