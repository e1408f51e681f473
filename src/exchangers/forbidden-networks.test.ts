import { isIP } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createNetworkGuard } from './forbidden-networks.js';

const guard = createNetworkGuard([]);

describe('forbidden', () => {
  test.for([
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'this network'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.255.255', 'private'],
    ['100.64.0.1', 'carrier-grade NAT'],
    ['100.100.100.200', 'carrier-grade NAT: a cloud’s metadata'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['169.254.169.254', 'link-local: cloud metadata'],
    ['192.0.0.8', 'protocol assignments'],
    ['192.0.2.1', 'documentation'],
    ['198.51.100.1', 'documentation'],
    ['203.0.113.1', 'documentation'],
    ['192.88.99.1', '6to4 relays'],
    ['198.18.0.1', 'benchmarking'],
    ['198.19.255.255', 'benchmarking'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local with a zone'],
    ['febf::1', 'link-local'],
    ['fec0::1', 'site-local'],
    ['fc00::1', 'unique local'],
    ['fd00:ec2::254', 'unique local: cloud metadata'],
    ['ff02::1', 'multicast'],
    ['100::1', 'discard'],
    ['100:0:0:1::1', 'dummy prefix'],
    ['2001:2::1', 'benchmarking'],
    ['2001:10::1', 'ORCHID'],
    ['2001:20::1', 'ORCHIDv2'],
    ['2001:db8::1', 'documentation'],
    ['3fff::1', 'documentation'],
    ['5f00::1', 'segment routing'],
    ['4000::1', 'not assigned'],
    ['e000::1', 'not assigned'],
    ['::ffff:127.0.0.1', 'IPv4-mapped loopback'],
    ['::ffff:a00:1', 'IPv4-mapped private'],
    ['::10.0.0.1', 'IPv4-compatible private'],
    ['::ffff:0:10.0.0.1', 'IPv4-translated private'],
    ['64:ff9b::10.0.0.1', 'NAT64 of a private address'],
    ['64:ff9b:1::8.8.8.8', 'NAT64 for local use'],
    ['2002:7f00:1::1', '6to4 of loopback'],
    ['2002:a9fe:a9fe::1', '6to4 of cloud metadata'],
    ['2001:0:4136:e378:8000:63bf:80ff:fffe', 'Teredo client at 127.0.0.1'],
    ['', 'no address'],
    ['mx.example.com', 'no address'],
    ['127.1', 'no address in DNS'],
    ['0x8.8.8.8', 'no address in DNS'],
    ['134744072', 'no address in DNS'],
    ['010.8.8.8', 'no address in DNS'],
    ['8.8.8.8/32', 'no address'],
  ] as const)('%s (%s)', ([address]) => {
    expect(guard.isForbidden(address)).toBe(true);
  });
});

describe('let through', () => {
  test.for([
    ['1.1.1.1', 'IPv4'],
    ['9.255.255.255', 'just before 10/8'],
    ['11.0.0.0', 'just after 10/8'],
    ['172.15.255.255', 'just before 172.16/12'],
    ['172.32.0.0', 'just after 172.16/12'],
    ['100.63.255.255', 'just before 100.64/10'],
    ['100.128.0.0', 'just after 100.64/10'],
    ['198.20.0.0', 'just after benchmarking'],
    ['223.255.255.255', 'just before multicast'],
    ['2606:4700::1111', 'IPv6'],
    ['2a01:4f8::1', 'IPv6'],
    ['::ffff:8.8.8.8', 'IPv4-mapped'],
    ['64:ff9b::8.8.8.8', 'NAT64'],
    ['2002:808:808::1', '6to4'],
    ['2001:0:4136:e378:8000:63bf:f7f7:f7f7', 'Teredo client at 8.8.8.8'],
  ] as const)('%s (%s)', ([address]) => {
    expect(guard.isForbidden(address)).toBe(false);
  });
});

describe('exceptions', () => {
  test.for([
    { allow: '127.0.0.0/8', address: '127.9.9.9', forbidden: false },
    { allow: '127.0.0.0/8', address: '::1', forbidden: true },
    { allow: '127.0.0.0/8', address: '10.0.0.1', forbidden: true },
    { allow: '127.0.0.0/8', address: '::ffff:127.0.0.1', forbidden: false },
    { allow: '10.1.2.3/8', address: '10.255.0.1', forbidden: false },
    { allow: '10.0.0.1', address: '10.0.0.1', forbidden: false },
    { allow: '10.0.0.1', address: '10.0.0.2', forbidden: true },
    { allow: '::1', address: '::1', forbidden: false },
    { allow: 'fd00::/8', address: 'fd12::1', forbidden: false },
    { allow: 'fd00::/8', address: 'fc00::1', forbidden: true },
    { allow: '2002::/16', address: '2002:7f00:1::1', forbidden: false },
    { allow: '0.0.0.0/0', address: '192.168.0.1', forbidden: false },
    { allow: '0.0.0.0/0', address: 'fe80::1', forbidden: true },
    { allow: '0.0.0.0/0', address: '127.1', forbidden: true },
  ])('$address is forbidden while $allow is allowed: $forbidden', ({ allow, address, forbidden }) => {
    expect(createNetworkGuard([allow]).isForbidden(address)).toBe(forbidden);
  });

  test.for([
    '',
    '10',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/8x',
    '10.0/8',
    '::/129',
    'lan',
    'fe80::%1/x',
  ])('“%s” is no network', (text) => {
    expect(() => createNetworkGuard(['10.0.0.0/8', text])).toThrow(`not a network in CIDR form: ${text}`);
  });
});

describe('properties', () => {
  test('any text is judged without an error, and what is no IP address is forbidden', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.ipV4Extended(), fc.domain());
    fc.assert(
      fc.property(text, (address) => {
        expect(guard.isForbidden(address) || isIP(address) !== 0).toBe(true);
      }),
    );
  });

  test('an IPv4 address is judged alike in all its IPv6 forms', () => {
    const forms = ['::ffff:', '::', '::ffff:0:', '64:ff9b::'];
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const octets = address.split('.').map(Number);
        const hex = (from: number, flip: number) =>
          [0, 1].map((next) => ((octets[from + next] ?? 0) ^ flip).toString(16).padStart(2, '0')).join('');
        const all = [
          ...forms.map((form) => form + address),
          `2002:${hex(0, 0)}:${hex(2, 0)}::1`,
          `2001:0:4136:e378:8000:63bf:${hex(0, 0xff)}:${hex(2, 0xff)}`,
        ];
        expect(all.map((form) => guard.isForbidden(form))).toEqual(all.map(() => guard.isForbidden(address)));
      }),
    );
  });

  test('everything in an allowed network gets through, and nothing else changes', () => {
    const opened = createNetworkGuard(['10.20.0.0/16', 'fd00:1::/32']);
    fc.assert(
      fc.property(fc.nat(255), fc.nat(255), fc.ipV6(), (third, fourth, other) => {
        expect(opened.isForbidden(`10.20.${third}.${fourth}`)).toBe(false);
        expect(opened.isForbidden(`10.21.${third}.${fourth}`)).toBe(true);
        expect(opened.isForbidden(`fd00:1::${third}:${fourth}`)).toBe(false);
        expect(opened.isForbidden(other) && !guard.isForbidden(other)).toBe(false);
      }),
    );
  });
});
