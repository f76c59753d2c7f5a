/** Sign-in providers on both catalogs: how they are kept, whom their accounts are linked to, visits that are taken once. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import type { ProviderClaims } from '../../src/server/identity/sign-in/oidc/clients.ts';
import { linkPerson, maybeLinkedPerson, resolvePerson } from '../../src/server/identity/sign-in/oidc/links.ts';
import { findProvider, type Provider } from '../../src/server/identity/sign-in/oidc/provider.ts';
import { createVisits } from '../../src/server/identity/sign-in/oidc/visits.ts';
import { ownCookie } from '../../src/server/identity/sign-in/visitor.ts';
import { createSealer } from '../../src/server/sealing/sealer.ts';
import { providerBody, type ProviderInput } from '../../src/shared/contract/sign-in-providers.ts';
import { describeOnEachCatalog } from '../fixtures/each-catalog.ts';
import { openSignIn, type SignInUnderTest } from '../fixtures/open-sign-in.ts';

describeOnEachCatalog('sign-in providers', (place) => {
  let catalog: Catalog;
  let on: SignInUnderTest;
  let workspaceId: string;
  let provider: Provider;

  beforeAll(async () => {
    catalog = await (await place()).open();
    on = openSignIn(catalog);
    const initial = { owner: null, workspaceName: 'Default', writeKey: null, apiKey: null };
    workspaceId = (await on.identity.prepareFirstStart(initial)).workspaceId;
  });
  beforeEach(async () => {
    await catalog.db.deleteFrom('sign_in_providers').execute();
    await catalog.db.deleteFrom('auth_users').execute();
    provider = await add();
  });
  afterAll(async () => {
    await on.close();
    await catalog.close();
  });

  const bodyOf = (changes: Partial<ProviderInput> = {}) =>
    providerBody.parse({ name: 'The company', issuer: 'https://idp.example.org', clientId: 'c', clientSecret: 'top secret', ...changes });
  const add = async (changes: Partial<ProviderInput> = {}) =>
    findProvider(catalog.db, (await on.identity.signIn.providers.create(bodyOf(changes))).id);
  const claims = (changes: Partial<ProviderClaims> = {}): ProviderClaims => ({
    subject: 's1',
    email: 'carol@example.org',
    name: 'Carol',
    all: { seller: 'north' },
    ...changes,
  });
  const linkParts = () => ({
    db: catalog.db,
    clock: { now: on.now },
    randomBytes,
    acceptance: () => on.identity.register.acceptance,
  });
  const resolve = (by: Provider, told: ProviderClaims = claims()) => resolvePerson(linkParts(), by, told);
  const addPerson = async (id: string, email: string) => {
    const at = new Date(0).toISOString();
    const isVerified = (catalog.dialect === 'postgres' ? false : 0) as 0;
    await catalog.db
      .insertInto('auth_users')
      .values({ id, name: id, email, email_verified: isVerified, created_at: at, updated_at: at })
      .execute();
  };

  describe('a provider', () => {
    test('is kept with its secret sealed, and keeps it when it is changed without one', async () => {
      const { providers } = on.identity.signIn;
      expect(provider.sealedSecret).toMatch(/^v2\./);
      await providers.change(provider.id, bodyOf({ name: 'Renamed', clientSecret: undefined }));
      expect(await findProvider(catalog.db, provider.id)).toMatchObject({ name: 'Renamed', sealedSecret: provider.sealedSecret });
      await providers.change(provider.id, bodyOf({ clientSecret: null, isOn: false }));
      expect(await providers.list()).toMatchObject([{ hasSecret: false, isOn: false, linkedCount: 0 }]);
      expect(await providers.listOffered()).toEqual([]);
    });

    test('with another issuer is another: its links and sessions end', async () => {
      const { providers } = on.identity.signIn;
      await addPerson('p_carol', 'carol@example.org');
      await linkPerson(catalog.db, provider, claims(), 'p_carol', 0);
      expect(await providers.list()).toMatchObject([{ linkedCount: 1 }]);
      await providers.change(provider.id, bodyOf({ name: 'Renamed' }));
      expect(await maybeLinkedPerson(catalog.db, provider.id, 's1')).toBe('p_carol');
      await providers.change(provider.id, bodyOf({ issuer: 'https://other.example.org' }));
      expect(await maybeLinkedPerson(catalog.db, provider.id, 's1')).toBeNull();
    });

    test('that is removed takes its links along', async () => {
      await addPerson('p_carol', 'carol@example.org');
      await linkPerson(catalog.db, provider, claims(), 'p_carol', 0);
      await on.identity.signIn.providers.remove(provider.id);
      expect(await catalog.db.selectFrom('sign_in_links').selectAll().execute()).toEqual([]);
      await expect(on.identity.signIn.providers.remove(provider.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });

  describe('an account there', () => {
    test('is the person that it was linked to, whatever address is told later', async () => {
      await addPerson('p_carol', 'carol@example.org');
      await linkPerson(catalog.db, provider, claims(), 'p_carol', 0);
      await addPerson('p_ada', 'ada@example.org');
      expect(await resolve(provider, claims({ email: 'ada@example.org' }))).toMatchObject({ personId: 'p_carol' });
      expect(await resolve(provider, claims({ email: null }))).toMatchObject({ personId: 'p_carol' });
    });

    test('is linked to one person, and a person to one account of a provider', async () => {
      await addPerson('p_carol', 'carol@example.org');
      await addPerson('p_dave', 'dave@example.org');
      const link = (subject: string, personId: string) => linkPerson(catalog.db, provider, claims({ subject }), personId, 0);
      expect(await Promise.all([link('s1', 'p_carol'), link('s1', 'p_carol')])).toEqual([true, true]);
      expect(await link('s1', 'p_dave')).toBe(false);
      expect(await link('s2', 'p_carol')).toBe(false);
      expect(await link('s2', 'p_dave')).toBe(true);
    });

    test('of nobody here joins once, also by two tabs at a time', async () => {
      const joining = await add({ allowedDomains: ['example.org'], autoJoin: { workspaceId, role: 'viewer' } });
      const outcomes = await Promise.all([resolve(joining), resolve(joining), resolve(joining)]);
      expect(new Set(outcomes.map((outcome) => ('personId' in outcome ? outcome.personId : outcome.failure))).size).toBe(1);
      expect(await catalog.db.selectFrom('memberships').select('role').execute()).toEqual([{ role: 'viewer' }]);
    });

    test('with the address of somebody here is linked only by who gives out that domain', async () => {
      await addPerson('p_carol', 'carol@example.org');
      expect(await resolve(provider)).toEqual({ failure: 'link-first' });
      expect(await resolve(await add({ allowedDomains: ['example.net'], linksByEmail: true }))).toEqual({ failure: 'link-first' });
      expect(await resolve(await add({ allowedDomains: ['example.org'] }))).toEqual({ failure: 'link-first' });
      const owner = await add({ allowedDomains: ['example.org'], linksByEmail: true });
      expect(await resolve(owner)).toEqual({ personId: 'p_carol', isNewLink: true, endedSessions: [] });
      expect(await resolve(owner, claims({ subject: 's2' }))).toEqual({ failure: 'link-refused' });
    });
  });

  test('a visit is taken once, by its browser, for its provider, in time', async () => {
    const cookie = ownCookie('provider_visit', false);
    const sealer = createSealer({ secret: 'a secret of at least thirty-two characters', previousSecrets: [] }, randomBytes);
    const visits = createVisits({ db: catalog.db, sealer, cookie, clock: { now: on.now }, randomBytes });
    const begin = () => visits.begin(new Headers(), provider.id, '/boards', null);
    const { visit, setCookie } = await begin();
    const browser = new Headers({ cookie: setCookie.split(';')[0]! });
    const rows = JSON.stringify(await catalog.db.selectFrom('provider_visits').selectAll().execute());
    for (const secret of [visit.state, visit.nonce, visit.verifier]) expect(rows).not.toContain(secret);
    expect(await visits.take(new Headers(), provider.id, visit.state)).toBeNull();
    expect(await visits.take(new Headers({ cookie: (await begin()).setCookie.split(';')[0]! }), provider.id, visit.state)).toBeNull();
    expect(await visits.take(browser, 'sp_other', visit.state)).toBeNull();
    const taken = await Promise.all([visits.take(browser, provider.id, visit.state), visits.take(browser, provider.id, visit.state)]);
    expect(taken.filter((each) => each !== null)).toEqual([{ ...visit, returnPath: '/boards', linkSessionId: null }]);
    const late = await begin();
    on.pass(10 * 60_000 + 1);
    expect(await visits.take(new Headers({ cookie: late.setCookie.split(';')[0]! }), provider.id, late.visit.state)).toBeNull();
    await visits.prune();
    expect(await catalog.db.selectFrom('provider_visits').select('hash').execute()).toEqual([]);
  });
});
