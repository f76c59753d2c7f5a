/** Which addresses count as public, in every spelling that leads somewhere else. */
import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allowList, isPublicAddress } from './public-address.ts';

const notPublic = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.100.100.200',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.0.192',
  '192.0.2.7',
  '192.88.99.1',
  '192.168.0.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.4',
  '203.0.113.9',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::127.0.0.1',
  '::8.8.8.8',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:10.0.0.1',
  '::ffff:0:127.0.0.1',
  '64:ff9b::10.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::8.8.8.8',
  '100::1',
  '2001::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  '2001:2::1',
  '2001:10::1',
  '2001:20::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a00:1::1',
  '2002:c0a8:101::1',
  '3fff::1',
  '4000::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  '2606:4700::1%eth0',
  'fec0::1',
  'ff02::1',
  '',
  'localhost',
  '0177.0.0.1',
  '127.1',
  '2130706433',
];
const isPublic = [
  '1.1.1.1',
  '8.8.8.8',
  '93.184.216.34',
  '100.63.255.255',
  '100.128.0.1',
  '168.63.129.17',
  '172.15.255.255',
  '172.32.0.1',
  '192.0.1.1',
  '198.17.255.255',
  '198.20.0.1',
  '223.255.255.255',
  '::ffff:8.8.8.8',
  '64:ff9b::808:808',
  '2002:808:808::1',
  '2606:4700:4700::1111',
  '2a00:1450:4001:81b::200e',
  '2620:4f:8000::1',
];

describe('an address is public', () => {
  test.each(isPublic)('%s', (ip) => expect(isPublicAddress(ip)).toBe(true));
});

describe('an address is not public', () => {
  test.each(notPublic)('%s', (ip) => expect(isPublicAddress(ip)).toBe(false));
});

test('an IPv4 address is judged alike wherever it is carried, however it is written', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.constantFrom('::ffff:', '64:ff9b::', '0:0:0:0:0:FFFF:'), (ip, prefix) => {
      expect(isPublicAddress(`${prefix}${ip}`)).toBe(isPublicAddress(ip));
    }),
  );
});

test('every IPv6 address gets an answer, and none outside 2000::/3 is public but what carries an IPv4 address', () => {
  fc.assert(
    fc.property(fc.ipV6(), (ip) => {
      expect(isIP(ip)).toBe(6);
      const first = new URL(`http://[${ip}]/`).hostname.slice(1, -1);
      const isGlobal = /^[23][0-9a-f]{3}:/.test(first);
      const isCarried = /^(::ffff:|64:ff9b::)/.test(first);
      expect(isGlobal || isCarried || !isPublicAddress(ip)).toBe(true);
    }),
  );
});

test('an allow list has hosts by name and addresses by network', () => {
  const list = allowList(['Hooks.Internal', '10.1.0.0/16', '192.168.4.4', 'fd00:1::/32', '::1']);
  expect(['hooks.internal', 'HOOKS.internal.', 'a.hooks.internal', 'other'].map((host) => list.hasHost(host))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  const addresses = [
    '10.1.255.1',
    '10.2.0.1',
    '192.168.4.4',
    '192.168.4.5',
    'fd00:1:2::3',
    'fd00:2::1',
    '::1',
    '::1%lo',
    '::ffff:10.1.0.1',
  ];
  expect(addresses.map((ip) => list.hasAddress(ip))).toEqual([true, false, true, false, true, false, true, false, true]);
});
