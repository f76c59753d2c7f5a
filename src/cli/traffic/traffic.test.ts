/** The simulated traffic looks like traffic. */
import { describe, expect, test } from 'vitest';
import { createRandom } from './random.ts';
import { dayMs, hourMs, incidentsOfWeek } from './rhythm.ts';
import { trafficBetween } from './traffic.ts';
import type { TrafficModel } from './traffic.ts';
import type { SimulatedEvent } from './session.ts';

const endMs = Date.UTC(2024, 5, 3);
const model: TrafficModel = {
  seed: 1,
  eventsPerDay: 6000,
  growthAnchorMs: endMs - 14 * dayMs,
  bornMs: endMs - 28 * dayMs,
  historyEndMs: endMs,
  isSteady: false,
};

function history(of: TrafficModel): SimulatedEvent[] {
  const events: SimulatedEvent[] = [];
  for (let hour = of.bornMs; hour < of.historyEndMs; hour += hourMs) events.push(...trafficBetween(of, hour, hour + hourMs));
  return events;
}

const events = history(model);
const count = (fits: (event: SimulatedEvent) => boolean) => events.filter(fits).length;
const named = (name: string) => count((event) => event.name === name);

describe('traffic', () => {
  test('the same seed is the same traffic, another seed another', () => {
    const hour = endMs - 100 * hourMs;
    const once = trafficBetween(model, hour, hour + hourMs);
    expect(trafficBetween(model, hour, hour + hourMs)).toEqual(once);
    expect(trafficBetween({ ...model, seed: 2 }, hour, hour + hourMs)).not.toEqual(once);
  });

  test('as many events as asked for, on average', () => {
    expect(events.length / 28).toBeGreaterThan(5400);
    expect(events.length / 28).toBeLessThan(6600);
  });

  test('ids never repeat', () => {
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  test('nights are quiet and weekends calmer', () => {
    const hourOf = (event: SimulatedEvent) => new Date(event.time).getUTCHours();
    expect(count((event) => hourOf(event) === 2) * 2).toBeLessThan(count((event) => hourOf(event) === 10));
    const sundays = count((event) => new Date(event.time).getUTCDay() === 0);
    const tuesdays = count((event) => new Date(event.time).getUTCDay() === 2);
    expect(sundays / tuesdays).toBeGreaterThan(0.55);
    expect(sundays / tuesdays).toBeLessThan(0.9);
  });

  test('the funnel narrows at every step', () => {
    const steps = ['page', 'product_viewed', 'added_to_cart', 'checkout_started', 'purchase'].map(named);
    expect(steps.every((step, i) => i === 0 || step < (steps[i - 1] ?? 0) * 0.9)).toBe(true);
    expect(steps.at(-1)).toBeGreaterThan(steps[0]! / 100);
  });

  test('people come back, and only those who signed up before', () => {
    const signedUpAt = new Map(events.filter(({ name }) => name === 'signed_up').map((event) => [event.user, event.time]));
    const returning = events.filter(
      (event) => event.user !== undefined && event.name === 'page' && event.time - (signedUpAt.get(event.user) ?? Infinity) > hourMs,
    );
    expect(returning.length).toBeGreaterThan(events.length / 20);
    expect(events.filter(({ user }) => user !== undefined && !signedUpAt.has(user))).toEqual([]);
  });

  test('an incident shows: while cards fail, payments fail', () => {
    const weeks = Array.from({ length: 200 }, (_, i) => 2800 + i);
    const outage = weeks.flatMap((week) => incidentsOfWeek(week, 1, ['DE'])).find(({ kind }) => kind === 'payments-fail')!;
    const from = Math.ceil(outage.fromMs / hourMs) * hourMs;
    const busy = { ...model, eventsPerDay: 400_000, growthAnchorMs: from, bornMs: from, historyEndMs: from };
    const during = trafficBetween(busy, from, Math.min(from + hourMs / 2, outage.toMs));
    const failed = during.filter(({ name }) => name === 'payment_failed').length;
    const paid = during.filter(({ name }) => name === 'purchase').length;
    expect(failed / (failed + paid)).toBeGreaterThan(0.25);
  });

  test('a steady model keeps its rate', () => {
    const steady = { ...model, isSteady: true, eventsPerDay: 50 * 86_400 };
    const perSecond = trafficBetween(steady, endMs, endMs + 60_000).length / 60;
    expect(perSecond).toBeGreaterThan(43);
    expect(perSecond).toBeLessThan(57);
  });
});

test('random numbers are spread evenly and differ by word', () => {
  const random = createRandom(1, 'a');
  const mean = Array.from({ length: 10_000 }, () => random.next()).reduce((a, b) => a + b) / 10_000;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  expect(createRandom(1, 'a').next()).not.toBe(createRandom(1, 'b').next());
});
