/** What one visit leaves: pages, a look at products, the way to the purchase and everything that can go wrong on it. */
import type { Visitor } from './people.ts';
import type { Random } from './random.ts';
import type { Incident } from './rhythm.ts';

/** An event of the simulation, as it is sent. */
export interface SimulatedEvent {
  id: string;
  name: string;
  /** epoch ms */
  time: number;
  user?: string;
  anonymous: string;
  session: string;
  properties: Record<string, string | number | boolean>;
}

/** Who visits, when, and under which circumstances. */
export interface Visit {
  id: string;
  startMs: number;
  visitor: Visitor;
  anonymous: string;
  /** null: not signed in */
  user: string | null;
  /** the id with which this visit signs up, null if it does not */
  signUpAs: string | null;
  incidents: readonly Incident[];
}

interface Product {
  name: string;
  category: string;
  price: number;
  weight: number;
}

/** All prices are in EUR. */
const products: readonly Product[] = [
  { name: 'Trail Jacket', category: 'Clothing', price: 129, weight: 7 },
  { name: 'Rain Shell', category: 'Clothing', price: 89.9, weight: 9 },
  { name: 'Merino Shirt', category: 'Clothing', price: 59, weight: 14 },
  { name: 'Ridge Boots', category: 'Shoes', price: 179, weight: 6 },
  { name: 'Approach Shoes', category: 'Shoes', price: 139, weight: 8 },
  { name: 'Daypack 24', category: 'Packs', price: 99, weight: 11 },
  { name: 'Trek Pack 55', category: 'Packs', price: 219, weight: 4 },
  { name: 'Two Person Tent', category: 'Camping', price: 349, weight: 3 },
  { name: 'Down Quilt', category: 'Camping', price: 269, weight: 3 },
  { name: 'Titanium Mug', category: 'Camping', price: 34.5, weight: 12 },
  { name: 'Headlamp', category: 'Camping', price: 49.9, weight: 13 },
  { name: 'Water Filter', category: 'Camping', price: 39.9, weight: 10 },
];

const productChoices = products.map((product) => [product, product.weight] as const);
const sources = [
  ['search', 38],
  ['direct', 27],
  ['newsletter', 11],
  ['social', 14],
  ['partner', 10],
] as const;
const landingPages = [
  ['/', 42],
  ['/sale', 18],
  ['/new', 14],
  ['/guides/packing-light', 15],
  ['/stores', 6],
  ['/about', 5],
] as const;
const searches = ['rain jacket', 'boots', 'tent', 'headlamp', 'merino', 'backpack 30l', 'gift card'];

/** The events of a visit, in order of time. */
export function visitEvents(visit: Visit, random: Random): SimulatedEvent[] {
  const walk = new Walk(visit, random);
  walk.land();
  if (visit.signUpAs !== null) walk.signUp(visit.signUpAs);
  if (random.isTrue(0.12)) walk.search();
  const views = random.poisson(1.4);
  for (let i = 0; i < views; i++) walk.viewProduct();
  if (walk.product !== null && random.isTrue(walk.isSlow ? 0.2 : 0.32)) walk.buy();
  if (random.isTrue(walk.isSlow ? 0.06 : 0.012)) walk.error();
  if (visit.user !== null && random.isTrue(0.015)) walk.askSupport();
  return walk.events;
}

/** A visit on its way: what was last seen, what is in the cart, what time it is. */
class Walk {
  readonly events: SimulatedEvent[] = [];
  product: Product | null = null;
  readonly isSlow: boolean;
  private readonly visit: Visit;
  private readonly random: Random;
  private atMs: number;
  private user: string | null;
  private readonly source: string;

  constructor(visit: Visit, random: Random) {
    this.visit = visit;
    this.random = random;
    this.atMs = visit.startMs;
    this.user = visit.user;
    this.isSlow = visit.incidents.some(({ kind }) => kind === 'slow');
    const isCampaign = visit.incidents.some(({ kind }) => kind === 'campaign') && random.isTrue(0.6);
    this.source = isCampaign ? 'newsletter' : random.weighted(sources);
  }

  land(): void {
    this.page(this.random.weighted(landingPages));
    if (this.random.isTrue(0.35)) this.page(this.random.weighted(landingPages));
  }

  signUp(user: string): void {
    this.user = user;
    this.add('identify', { plan: this.visit.visitor.plan, country: this.visit.visitor.country });
    this.add('signed_up', { plan: this.visit.visitor.plan });
  }

  search(): void {
    const query = searches[this.random.below(searches.length)] ?? 'tent';
    this.add('search', { query, results: query === 'gift card' ? 0 : 2 + this.random.below(40) });
  }

  viewProduct(): void {
    this.product = this.random.weighted(productChoices);
    const { name, category, price } = this.product;
    this.page(`/products/${name.toLowerCase().replaceAll(' ', '-')}`);
    this.add('product_viewed', { product: name, category, price, currency: 'EUR' });
  }

  /** Cart, checkout, payment: each step loses some. */
  buy(): void {
    const { product, random, visit } = this;
    if (product === null) return;
    const quantity = random.weighted([
      [1, 80],
      [2, 15],
      [3, 5],
    ] as const);
    const isMobile = visit.visitor.device === 'mobile';
    this.add('added_to_cart', { product: product.name, category: product.category, price: product.price, quantity, currency: 'EUR' });
    if (!random.isTrue(isMobile ? 0.52 : 0.64)) return;
    const discount = visit.visitor.plan === 'pro' ? 0.9 : visit.visitor.plan === 'plus' ? 0.95 : 1;
    const amount = Math.round(product.price * quantity * discount * 100) / 100;
    this.add('checkout_started', { amount, items: quantity, currency: 'EUR' });
    if (!random.isTrue(this.user === null ? 0.6 : 0.78)) return;
    this.pay(amount, quantity);
  }

  private pay(amount: number, items: number): void {
    const { random } = this;
    const method = random.weighted([
      ['card', 55],
      ['paypal', 30],
      ['invoice', 10],
      ['transfer', 5],
    ] as const);
    const isBroken = this.visit.incidents.some(({ kind }) => kind === 'payments-fail') && method === 'card';
    const isFailed = random.isTrue(isBroken ? 0.85 : 0.025);
    const ms = Math.round(random.logNormal(isBroken ? 9000 : 620, 0.4));
    if (isFailed)
      this.add('payment_failed', {
        amount,
        currency: 'EUR',
        method,
        ms,
        reason: isBroken
          ? 'gateway_timeout'
          : random.weighted([
              ['declined', 7],
              ['expired_card', 2],
              ['gateway_timeout', 1],
            ] as const),
      });
    else this.add('purchase', { amount, currency: 'EUR', items, method, ms });
  }

  error(): void {
    this.add('error_shown', {
      message: this.isSlow
        ? 'The request took too long'
        : this.random.weighted([
            ['Something went wrong', 5],
            ['The item is out of stock', 3],
            ['Coupon not valid', 2],
          ] as const),
    });
  }

  askSupport(): void {
    this.add('support_requested', {
      topic: this.random.weighted([
        ['delivery', 5],
        ['return', 4],
        ['payment', 2],
        ['account', 1],
      ] as const),
    });
  }

  private page(path: string): void {
    const { random, visit } = this;
    const base = visit.visitor.device === 'desktop' ? 420 : 690;
    const loadMs = Math.round(random.logNormal(this.isSlow ? base * 6 : base, 0.45));
    this.add('page', { path, source: this.source, loadMs });
  }

  private add(name: string, properties: SimulatedEvent['properties']): void {
    const { visit } = this;
    const { country, device, browser, plan } = visit.visitor;
    const id = `${visit.id}-${this.events.length}`;
    const event = {
      id,
      name,
      time: Math.round(this.atMs),
      anonymous: visit.anonymous,
      session: visit.id,
      properties: { ...properties, country, device, browser },
    };
    const known = this.user === null ? event : { ...event, user: this.user, properties: { ...event.properties, plan } };
    this.events.push(known);
    this.atMs += this.random.logNormal(14_000, 0.9);
  }
}
