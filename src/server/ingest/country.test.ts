/** Tests of the country of a sender: believed from whom, found where, and never guessed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countryDatabase } from '../../../test/fixtures/country-database.ts';
import { openCountryLookup, type CountryRules } from './country.ts';

let folder: string;
let mmdbPath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-country-'));
  mmdbPath = join(folder, 'countries.mmdb');
  await writeFile(mmdbPath, countryDatabase({ '203.0.113.0/24': 'DE', '198.51.100.7/32': 'FR' }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function countryOf(
  rules: Partial<CountryRules>,
  peerAddress: string,
  clientAddress = peerAddress,
  header?: string,
): Promise<string | null> {
  const lookup = await openCountryLookup({ header: null, trustedProxies: [], mmdbPath: null, ...rules });
  return lookup({ peerAddress, clientAddress, headers: { 'cf-ipcountry': header } });
}

describe('the header of a proxy', () => {
  const rules = { header: 'cf-ipcountry', trustedProxies: ['10.0.0.0/8', '::1', '192.0.2.1'] };

  test.each([
    ['10.1.2.3', 'DE', 'DE'],
    ['::ffff:10.1.2.3', 'de', 'DE'],
    ['::1', 'FR', 'FR'],
    ['192.0.2.1', 'FR', 'FR'],
    ['192.0.2.2', 'FR', null],
    ['10.1.2.3', 'XX', null],
    ['10.1.2.3', 'T1', null],
    ['10.1.2.3', 'Germany', null],
    ['10.1.2.3', undefined, null],
    ['', 'DE', null],
  ])('from %s saying %s gives %s', async (peer, header, country) => {
    expect(await countryOf(rules, peer, peer, header)).toBe(country);
  });

  test('is not read unless it was configured', async () => {
    expect(await countryOf({ trustedProxies: ['10.0.0.0/8'] }, '10.1.2.3', '10.1.2.3', 'DE')).toBeNull();
  });
});

describe('the database', () => {
  test.each([
    ['203.0.113.9', 'DE'],
    ['198.51.100.7', 'FR'],
    ['198.51.100.8', null],
    ['127.0.0.1', null],
    ['not an address', null],
    ['', null],
  ])('knows %s as %s', async (address, country) => {
    expect(await countryOf({ mmdbPath }, address)).toBe(country);
  });

  test('is asked for the client, and after the header', async () => {
    const rules = { mmdbPath, header: 'cf-ipcountry', trustedProxies: ['10.0.0.1'] };
    expect(await countryOf(rules, '10.0.0.1', '203.0.113.9')).toBe('DE');
    expect(await countryOf(rules, '10.0.0.1', '203.0.113.9', 'FR')).toBe('FR');
  });

  test('that is missing or broken stops the start', async () => {
    await expect(countryOf({ mmdbPath: join(folder, 'none.mmdb') }, '203.0.113.9')).rejects.toThrow('none.mmdb');
    await writeFile(join(folder, 'broken.mmdb'), 'not a database');
    await expect(countryOf({ mmdbPath: join(folder, 'broken.mmdb') }, '203.0.113.9')).rejects.toThrow('broken.mmdb cannot be read');
  });
});
