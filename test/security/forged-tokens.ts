/** Signed tokens as an attacker would bend them; none of these may let anybody in. */
import { createHmac, type JsonWebKey } from 'node:crypto';
import { exportPKCS8, exportSPKI, generateKeyPair, SignJWT, type JWTPayload } from 'jose';

type Claims = Record<string, unknown>;
type Header = Record<string, unknown>;

const part = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
const hashes: Readonly<Record<string, string>> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };

/** In ten minutes, as tokens say it. */
export const soon = (): number => nowSeconds() + 600;

/** A token with that header and those claims, signed by HMAC whatever its header says. */
export function sign(
  secret: string | Buffer,
  claims: unknown,
  header: Header = {},
  hash = hashes[String(header['alg'] ?? 'HS256')],
): string {
  const signed = `${part({ alg: 'HS256', typ: 'JWT', ...header })}.${part(claims)}`;
  return `${signed}.${createHmac(hash ?? 'sha256', secret)
    .update(signed)
    .digest('base64url')}`;
}

/** Forgeries of a token that would be good with `claims` signed by `secret`, by what is wrong with them. */
export function forgedTokens(secret: string, claims: Claims): Map<string, string> {
  const good = sign(secret, claims);
  const [head, body, signature] = good.split('.') as [string, string, string];
  const unsigned = (alg: string): [string, string] => [`algorithm ${alg}`, `${part({ alg, typ: 'JWT' })}.${body}.`];
  const bent = Buffer.from(signature, 'base64url');
  bent[0]! ^= 1;
  return new Map([
    ...['none', 'None', 'NONE', ''].map(unsigned),
    ['algorithm none with a signature', `${part({ alg: 'none' })}.${body}.${signature}`],
    ['algorithm missing', `${part({ typ: 'JWT' })}.${body}.${signature}`],
    ['no signature', `${head}.${body}.`],
    ['two parts', `${head}.${body}`],
    ['four parts', `${good}.${signature}`],
    ['signature of one bit less', `${head}.${body}.${bent.toString('base64url')}`],
    ['signature cut', `${head}.${body}.${signature.slice(0, -4)}`],
    ['claims changed after signing', `${head}.${part({ ...claims, sub: 'somebody else' })}.${signature}`],
    ['header changed after signing', `${part({ alg: 'HS256', typ: 'JWT', x: 1 })}.${body}.${signature}`],
    ['another secret', sign(`${secret}x`, claims)],
    ['an empty secret', sign('', claims)],
    ['HS384 with the right secret', sign(secret, claims, { alg: 'HS384' })],
    ['HS512 with the right secret', sign(secret, claims, { alg: 'HS512' })],
    ['RS256 in name', sign(secret, claims, { alg: 'RS256' }, 'sha256')],
    ['ES256 in name', sign(secret, claims, { alg: 'ES256' }, 'sha256')],
    ['a path as key id', sign('', claims, { kid: '../../../../../../dev/null' })],
    ['SQL as key id', sign('x', claims, { kid: "' UNION SELECT 'x' --" })],
    ['a key id of another shape', sign(secret, claims, { kid: { toString: 1 } })],
    ['a long key id', sign(secret, claims, { kid: 'k'.repeat(1_000) })],
    ['an extension that must be understood', sign(secret, claims, { crit: ['exp'] })],
    ['an unencoded payload', sign(secret, claims, { b64: false, crit: ['b64'] })],
    ['its own key inside', sign('mine', claims, { jwk: { kty: 'oct', k: part('mine') } })],
    ['an hour late', sign(secret, { ...claims, exp: nowSeconds() - 3_600 })],
    ['an hour early', sign(secret, { ...claims, nbf: nowSeconds() + 3_600 })],
    ['an end that is no number', sign(secret, { ...claims, exp: String(soon()) })],
    ['an end beyond numbers', `${head}.${part(JSON.stringify({ ...claims, exp: 0 }).replace('"exp":0', '"exp":1e999'))}.${signature}`],
    ['neither end nor beginning', sign(secret, { ...claims, exp: undefined })],
    ['claims that are a list', sign(secret, [claims])],
    ['claims that are nothing', sign(secret, null)],
    ['claims that are no JSON', `${head}.${part('{"exp":')}.${signature}`],
    ['ten thousand levels', sign(secret, `{"exp":${soon()},"x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`)],
    ['longer than any', sign(secret, { ...claims, sub: 'x'.repeat(9_000) })],
  ]);
}

/** A key pair of an attacker, who says in the header of a token where its key is. */
export async function tokensOfOwnKey(claims: JWTPayload, url: string): Promise<Map<string, string>> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const spki = await exportSPKI(publicKey);
  const jwk = { kty: 'RSA', kid: 'mine' } as JsonWebKey;
  const signed = async (header: Header): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', ...header } as { alg: string }).sign(privateKey);
  return new Map([
    ['a set of keys elsewhere (jku)', await signed({ jku: url, kid: 'mine' })],
    ['a certificate elsewhere (x5u)', await signed({ x5u: url })],
    ['a certificate inside (x5c)', await signed({ x5c: [spki.replace(/-----[^-]+-----|\n/g, '')] })],
    ['a key inside (jwk)', await signed({ jwk })],
    ['an address as key id', await signed({ kid: url })],
    ['a private key as secret', sign(await exportPKCS8(privateKey), claims)],
  ]);
}

/** Tokens that take a public key for a shared secret, in each of the ways that it is written down. */
export function tokensOfPublicKey(publicKeys: readonly string[], claims: Claims, keyId: string): Map<string, string> {
  return new Map(
    publicKeys.flatMap((key, i) => [
      [`public key ${i} as secret`, sign(key, claims)],
      [`public key ${i} as secret, with its id`, sign(key, claims, { kid: keyId })],
    ]),
  );
}
