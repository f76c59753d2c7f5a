/** Who comes: where they live, what they hold in their hand, what they pay for. */
import type { Random } from './random.ts';

/** A visitor, as far as the traffic shows. */
export interface Visitor {
  country: string;
  device: 'mobile' | 'desktop' | 'tablet';
  browser: string;
  plan: 'free' | 'plus' | 'pro';
}

/** A country that visitors come from. */
export interface Country {
  code: string;
  weight: number;
  /** hours from UTC, standard time */
  offsetHours: number;
}

/** Countries of the visitors with their share and their clock. */
export const countries: readonly Country[] = [
  { code: 'DE', weight: 27, offsetHours: 1 },
  { code: 'US', weight: 21, offsetHours: -6 },
  { code: 'GB', weight: 13, offsetHours: 0 },
  { code: 'FR', weight: 11, offsetHours: 1 },
  { code: 'NL', weight: 8, offsetHours: 1 },
  { code: 'ES', weight: 7, offsetHours: 1 },
  { code: 'PL', weight: 5, offsetHours: 1 },
  { code: 'IN', weight: 4, offsetHours: 5.5 },
  { code: 'BR', weight: 3, offsetHours: -3 },
  { code: 'JP', weight: 1, offsetHours: 9 },
];

/** A visitor of a country. Weekends and evenings belong to the phone. */
export function createVisitor(country: string, random: Random, isLeisure: boolean): Visitor {
  const device = random.weighted<Visitor['device']>([
    ['mobile', isLeisure ? 68 : 46],
    ['desktop', isLeisure ? 25 : 48],
    ['tablet', 6],
  ]);
  const browser = random.weighted(device === 'desktop' ? desktopBrowsers : mobileBrowsers);
  const plan = random.weighted<Visitor['plan']>([
    ['free', 70],
    ['plus', 22],
    ['pro', 8],
  ]);
  return { country, device, browser, plan };
}

const desktopBrowsers: readonly (readonly [string, number])[] = [
  ['Chrome', 60],
  ['Edge', 16],
  ['Firefox', 13],
  ['Safari', 11],
];
const mobileBrowsers: readonly (readonly [string, number])[] = [
  ['Chrome', 52],
  ['Safari', 41],
  ['Samsung Internet', 7],
];
