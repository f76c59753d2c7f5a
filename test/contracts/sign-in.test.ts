/** Sign-in on both catalogs: passwords, locks, sessions, new passwords. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import { describeOnEachCatalog } from '../fixtures/each-catalog.ts';
import { ada, openSignIn, type Browser, type SignInUnderTest } from '../fixtures/open-sign-in.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

describeOnEachCatalog('sign-in', (place) => {
  let catalog: Catalog;
  let on: SignInUnderTest;
  let workspaceId: string;

  beforeAll(async () => {
    catalog = await (await place()).open();
    on = openSignIn(catalog);
    const started = await on.identity.prepareFirstStart({ owner: null, workspaceName: 'Default', writeKey: null, apiKey: null });
    workspaceId = started.workspaceId;
    await on.identity.joining.signUp(on.browser().visitor(), started.signUpToken!, ada);
  });
  afterAll(async () => {
    await on.close();
    await catalog.close();
  });

  const door = () => on.identity.signIn.door;
  const account = () => on.identity.signIn.account;
  const signIn = async (browser: Browser = on.browser(), email: string = ada.email, password: string = ada.password): Promise<Browser> => {
    browser.keep(await door().byPassword(browser.visitor(), email, password));
    return browser;
  };
  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: { code: string; message: string; extra: object }) => ({ code: error.code, message: error.message, extra: error.extra }),
    );
  const wrong = { code: 'CREDENTIALS_INVALID', message: 'The e-mail address or the password is wrong.', extra: {} };

  describe('a password', () => {
    test('unknown, wrong and without a password get the same answer after the same work', async () => {
      const isRight = vi.spyOn(on.identity.signIn.passwords, 'isRight');
      const tries = [
        signIn(on.browser(), ada.email, 'wrong horse battery'),
        signIn(on.browser(), 'eve@example.com', 'wrong horse battery'),
      ];
      expect(await Promise.all(tries.map(refusal))).toEqual([wrong, wrong]);
      expect(isRight.mock.calls.map(([hash]) => hash === null)).toEqual(expect.arrayContaining([false, true]));
      expect(isRight).toHaveBeenCalledTimes(2);
      isRight.mockRestore();
      expect(await catalog.db.selectFrom('sign_in_locks').select('failures').execute()).toEqual([{ failures: 1 }, { failures: 1 }]);
      expect(
        on.attempts
          .slice(-2)
          .map(({ reason }) => reason)
          .toSorted(),
      ).toEqual(['unknown-account', 'wrong-password']);
      expect(JSON.stringify(on.attempts)).not.toContain('example.com');
    });

    test('the right one opens a session, whatever the capitals of the address, and forgets the wrong tries', async () => {
      const browser = await signIn(on.browser(), 'ADA@example.com');
      expect(await browser.who()).toMatchObject({ kind: 'person', workspaceId });
      const subject = on.identity.signIn.lockout.subjectOf(ada.email);
      expect(await catalog.db.selectFrom('sign_in_locks').select('subject').where('subject', '=', subject).execute()).toEqual([]);
      expect(on.attempts.at(-1)).toMatchObject({
        outcome: 'done',
        reason: 'right',
        method: 'password',
        country: 'DE',
        address: '192.0.2.1',
      });
    });

    test('that is chosen now must not be easy to guess; one from before still signs in', async () => {
      const self = await (await signIn()).self();
      for (const weak of ['short', 'password1234', 'aaaaaaaaaaaa', 'ada@example.com', 'Bellwether2026'])
        expect(await refusal(account().changePassword(self, ada.password, weak))).toMatchObject({
          code: 'REQUEST_INVALID',
          extra: { issues: [{ path: 'newPassword' }] },
        });
      const { hash } = on.identity.signIn.passwords;
      await catalog.db
        .updateTable('auth_accounts')
        .set({ password: await hash('short') })
        .execute();
      expect(await (await signIn(on.browser(), ada.email, 'short')).who()).not.toBeNull();
      await catalog.db
        .updateTable('auth_accounts')
        .set({ password: await hash(ada.password) })
        .execute();
    });
  });

  describe('too many wrong passwords', () => {
    const tryWrong = (email: string, address: string) => refusal(signIn(on.browser(address), email, 'wrong'));

    test('lock an account, known or not, for a while that doubles; the right password is then wrong too', async () => {
      for (const email of [ada.email, 'nobody@example.com'])
        for (let i = 0; i < 10; i++) expect(await tryWrong(email, `198.51.100.${i}`)).toEqual(wrong);
      expect(await refusal(signIn())).toEqual(wrong);
      expect(on.attempts.at(-1)).toMatchObject({ outcome: 'denied', reason: 'locked' });
      await on.identity.signIn.settle();
      expect(on.letters.map(({ to, subject }) => [to, subject])).toEqual([[ada.email, 'Sign-in is locked for a while']]);
      on.pass(15 * minuteMs + 1);
      for (let i = 0; i < 10; i++) await tryWrong(ada.email, `198.51.100.${i}`);
      on.pass(15 * minuteMs + 1);
      expect(await refusal(signIn())).toEqual(wrong);
      on.pass(15 * minuteMs);
      expect(await (await signIn()).who()).not.toBeNull();
    });

    test('are counted before they are looked at, so that tries at the same time cannot outrun the lock', async () => {
      const isRight = vi.spyOn(on.identity.signIn.passwords, 'isRight').mockResolvedValue(true);
      const subject = on.identity.signIn.lockout.subjectOf(ada.email);
      for (let i = 0; i < 9; i++) await on.identity.signIn.lockout.count(subject);
      const outcomes = await Promise.all(Array.from({ length: 5 }, () => on.identity.signIn.lockout.count(subject)));
      expect(outcomes.filter(({ isLocked }) => !isLocked)).toHaveLength(1);
      isRight.mockRestore();
      await on.identity.signIn.lockout.clear(subject);
    });

    test('an admin opens the lock; a lock that was set on purpose ends sessions and waits for the admin', async () => {
      const browser = await signIn();
      const { personId } = await browser.self();
      const maker = (await browser.who())!;
      const { secret } = await on.identity.tokens.create(maker, { name: 'Mine', scopes: ['ask'], expiresAt: null });
      expect(await on.identity.authenticateBearer(secret)).not.toBeNull();
      await on.identity.signIn.setLocked(personId, true);
      expect(await browser.who()).toBeNull();
      expect(await on.identity.authenticateBearer(secret)).toBeNull();
      expect(await refusal(signIn())).toEqual(wrong);
      on.pass(3 * dayMs);
      expect(await refusal(signIn())).toEqual(wrong);
      const [member] = (await on.identity.register.members.list(workspaceId, { limit: 10 })).people;
      expect(member).toMatchObject({ isLocked: true, twoFactor: false });
      await on.identity.signIn.setLocked(personId, false);
      expect(await (await signIn()).who()).not.toBeNull();
    });

    test('on many accounts from one address slow that address down, and no other', async () => {
      for (let i = 0; i < 8; i++) await tryWrong(`person-${i}@example.com`, '203.0.113.9');
      const outcomes = [];
      for (let i = 0; i < 5; i++) outcomes.push(await refusal(signIn(on.browser('203.0.113.9'), 'one-more@example.com', 'wrong')));
      expect(outcomes.map((outcome) => outcome?.code)).toEqual([
        ...Array.from({ length: 3 }, () => 'CREDENTIALS_INVALID'),
        'RATE_LIMITED',
        'RATE_LIMITED',
      ]);
      expect(on.attempts.at(-1)).toMatchObject({ outcome: 'denied', reason: 'too-many-tries' });
      expect(await (await signIn(on.browser('203.0.113.10'))).who()).not.toBeNull();
    });
  });

  describe('a session', () => {
    test('is kept as a hash of its token, and its cookie is out of reach of scripts', async () => {
      const browser = on.browser();
      const { setCookies } = browser.keep(await door().byPassword(browser.visitor(), ada.email, ada.password));
      expect(setCookies[0]).toMatch(/^bellwether\.session_token=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
      const token = decodeURIComponent(browser.cookie('bellwether.session_token')!).split('.')[0]!;
      expect(token).toHaveLength(32);
      expect(JSON.stringify(await catalog.db.selectFrom('auth_sessions').selectAll().execute())).not.toContain(token);
    });

    test('is made anew by each sign-in, and the one of the browser before ends', async () => {
      const browser = await signIn();
      const before = browser.cookie('bellwether.session_token');
      const { sessionId } = await browser.self();
      await signIn(browser);
      expect(browser.cookie('bellwether.session_token')).not.toBe(before);
      expect((await browser.self()).sessionId).not.toBe(sessionId);
      expect(await catalog.db.selectFrom('auth_sessions').select('id').where('id', '=', sessionId).execute()).toEqual([]);
    });

    test('is listed with its device, and ended by its person for HTTP and sockets; nobody ends one of somebody else', async () => {
      const ended: string[] = [];
      on.identity.signIn.sessions.onEnd(({ sessionIds }) => void ended.push(...sessionIds));
      const [one, other] = [await signIn(), await signIn()];
      const { sessionId } = await other.self();
      const { sessions, profile } = await account().read(await one.self());
      expect(profile).toMatchObject({ name: 'Ada', email: ada.email, hasPassword: true });
      expect(sessions.find(({ id }) => id === sessionId)).toMatchObject({
        device: 'Firefox on Linux',
        address: '192.0.2.1',
        country: 'DE',
        method: 'password',
        isCurrent: false,
      });
      expect(sessions.filter(({ isCurrent }) => isCurrent)).toHaveLength(1);
      const stranger = { ...(await one.self()), personId: 'p_somebody' };
      expect(await refusal(account().endSession(stranger, sessionId))).toMatchObject({ code: 'NOT_FOUND' });
      await account().endSession(await one.self(), sessionId);
      expect([await other.who(), ended]).toEqual([null, [sessionId]]);
      expect(await account().endOtherSessions(await one.self())).toBeGreaterThan(0);
      expect((await account().read(await one.self())).sessions).toHaveLength(1);
    });

    test('ends a week after its last use, and 30 days after it was opened however much it is used', async () => {
      const [idle, busy] = [await signIn(), await signIn()];
      const use = async (days: number) => {
        for (let day = 0; day < days; day++) {
          on.pass(dayMs);
          expect(await busy.who()).not.toBeNull();
        }
      };
      await use(7);
      expect(await idle.who()).toBeNull();
      await use(22);
      on.pass(dayMs);
      expect(await busy.who()).toBeNull();
      await on.identity.prune();
      expect(await catalog.db.selectFrom('auth_sessions').select('id').execute()).toEqual([]);
    });

    test('that ended on another node is nobody here within a second', async () => {
      const browser = await signIn();
      expect(await browser.who()).not.toBeNull();
      const elsewhere = openSignIn(catalog, { clock: { now: on.now } });
      await elsewhere.identity.signIn.sessions.end((await browser.self()).personId, {});
      on.pass(1_000);
      expect(await browser.who()).toBeNull();
      await elsewhere.close();
    });
  });

  describe('a forgotten password', () => {
    const forgot = async (email: string, address: string) => {
      on.identity.signIn.recovery.forgot(on.browser(address).visitor(), email);
      await on.identity.signIn.settle();
    };
    const reset = (token: string, password: string) =>
      on.identity.signIn.recovery.reset(on.browser('192.0.2.200').visitor(), token, password);

    test('is replaced by a link that comes by mail to who has an account; nothing tells who has', async () => {
      const before = on.letters.length;
      await forgot('nobody@example.com', '192.0.2.40');
      expect(on.letters).toHaveLength(before);
      await forgot('ADA@example.com', '192.0.2.40');
      expect(on.letters.at(-1)).toMatchObject({
        to: ada.email,
        action: { url: expect.stringMatching(/^https:\/\/stats\.example\.com\/reset-password#token=/) },
      });
      const token = on.lastToken();
      expect(JSON.stringify(await catalog.db.selectFrom('password_resets').selectAll().execute())).not.toContain(token);
      const browser = await signIn();
      expect(await refusal(reset(token, 'password1234'))).toMatchObject({ code: 'REQUEST_INVALID' });
      await reset(token, 'another horse battery');
      expect(await browser.who()).toBeNull();
      expect(await refusal(reset(token, 'one more horse battery'))).toMatchObject({ code: 'FORBIDDEN' });
      expect(await refusal(signIn())).toEqual(wrong);
      await signIn(on.browser(), ada.email, 'another horse battery');
      await forgot(ada.email, '192.0.2.41');
      await reset(on.lastToken(), ada.password);
    });

    test('the link ends after an hour, and opens a lock', async () => {
      await forgot(ada.email, '192.0.2.42');
      const late = on.lastToken();
      on.pass(60 * minuteMs);
      expect(await refusal(reset(late, 'another horse battery'))).toMatchObject({ code: 'FORBIDDEN' });
      for (let i = 0; i < 10; i++) await refusal(signIn(on.browser(`198.51.100.${i}`), ada.email, 'wrong'));
      expect(await refusal(signIn())).toEqual(wrong);
      await forgot(ada.email, '192.0.2.42');
      await reset(on.lastToken(), ada.password);
      expect(await (await signIn()).who()).not.toBeNull();
    });

    test('one address asks five times in a quarter of an hour, and one account gets three letters an hour', async () => {
      on.pass(60 * minuteMs);
      const before = on.letters.length;
      for (let i = 0; i < 5; i++) await forgot(ada.email, '192.0.2.43');
      await expect(forgot(ada.email, '192.0.2.43')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
      expect(on.letters).toHaveLength(before + 3);
    });

    test('without mail an admin makes the link', async () => {
      const mailless = openSignIn(catalog, { mailer: null, clock: { now: on.now } });
      expect(() => mailless.identity.signIn.recovery.forgot(mailless.browser().visitor(), ada.email)).toThrow(/sends no mail/);
      await catalog.db.deleteFrom('password_resets').execute();
      const { personId } = await (await signIn()).self();
      const owner = (await mailless.identity.authenticateBearer('local-owner-token-of-this-start'))!;
      const { sent, link } = await mailless.identity.register.members.offerReset(owner, personId);
      expect(sent).toBe(false);
      await reset(link!.split('#token=')[1]!, ada.password);
      await mailless.close();
    });
  });
});
