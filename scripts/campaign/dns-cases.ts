/**
 * What an enemy may write into DNS, domain by domain, and what has to come of the sender there.
 */
import type { NameRecords, World } from '../fake-internet/world.js';

/** The one server that may be asked, in 127.3.0.0/16. */
export const goodServer = '127.3.0.1';

/** What DNS says about a domain and its hosts. */
export interface DnsCase {
  readonly names: World['names'];
  readonly expected: string;
}

const accepted = 'accepted/ok at rcpt';
const forbidden = 'skipped/forbidden-network at dns';
const noHost = 'undeliverable/no-mail-host at dns';

/** Where exchangers point: private, loopback, metadata and other networks, and IPv4 in all its IPv6 forms. */
const forbiddenAddresses: readonly string[] = [
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '100.100.100.200',
  '169.254.169.254',
  '0.0.0.0',
  '127.0.0.1',
  '127.4.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'fd00:ec2::254',
  'ff02::1',
  '::ffff:127.4.0.1',
  '::127.4.0.1',
  '::ffff:0:127.4.0.1',
  '64:ff9b::127.4.0.1',
  '64:ff9b::169.254.169.254',
  '2002:7f04:1::1',
  '2001:0:4136:e378:8000:63bf:80fb:fffe',
];
/** What exchangers are called. */
const badNames = ['127.4.0.1', 'localhost', 'trap', '<script>.example', '$(id).example', 'a\0b.example', "'--.example"];

const goodHost: NameRecords = { a: [goodServer] };

/** All cases by domain. */
export function dnsCases(): Readonly<Record<string, DnsCase>> {
  return Object.fromEntries([
    ...forbiddenAddresses.map((address, at) => pointing(`to${at}.example`, address)),
    ...forbiddenAddresses.map((address, at) => pointingThereToo(`beside${at}.example`, address)),
    ...forbiddenAddresses.map((address, at) => implicit(`implicit${at}.example`, address)),
    ...badNames.map(
      (name, at) => [`bad${at}.example`, exchanger(`bad${at}.example`, `10 ${name}`, {}, noHost)] as const,
    ),
    ...floods(),
    ...chains(),
    ...changing(),
    ...lies(),
  ]);
}

type Entry = readonly [domain: string, DnsCase];

function exchanger(domain: string, mx: string, hosts: World['names'], expected: string): DnsCase {
  return { names: { [domain]: { mx: [mx] }, ...hosts }, expected };
}

function addressRecord(address: string): NameRecords {
  return address.includes(':') ? { aaaa: [address] } : { a: [address] };
}

function pointing(domain: string, address: string): Entry {
  const host = `mx.${domain}`;
  return [domain, exchanger(domain, `10 ${host}`, { [host]: addressRecord(address) }, forbidden)];
}

/** The forbidden address comes first, beside one that may be asked. */
function pointingThereToo(domain: string, address: string): Entry {
  const host = `mx.${domain}`;
  const both = address.includes(':') ? { aaaa: [address], a: [goodServer] } : { a: [address, goodServer] };
  return [domain, exchanger(domain, `10 ${host}`, { [host]: both }, accepted)];
}

/** Without an MX record, the domain's own address counts (RFC 5321 section 5.1). */
function implicit(domain: string, address: string): Entry {
  return [domain, { names: { [domain]: addressRecord(address) }, expected: forbidden }];
}

function floods(): Entry[] {
  const many = Array.from({ length: 500 }, (_, at) => `many-${at}.flood.example`);
  const nowhere = Array.from({ length: 500 }, (_, at) => `127.4.${at >> 8}.${at & 0xff}`);
  const hosts = Object.fromEntries(many.map((host) => [host, { a: ['127.4.0.1'] }]));
  const names = { 'flood.example': { mx: many.map((host, at) => `${at} ${host}`) }, ...hosts };
  const label = 'l'.repeat(63);
  const long = `${label}.${label}.${label}.${'l'.repeat(53)}.example`;
  return [
    ['flood.example', { names, expected: forbidden }],
    [
      'addresses.example',
      exchanger('addresses.example', '10 mx.addresses.example', { 'mx.addresses.example': { a: nowhere } }, forbidden),
    ],
    // 253 characters, 255 octets on the wire: the longest that there is (RFC 1035 section 2.3.4).
    ['long.example', exchanger('long.example', `10 ${long}`, { [long]: goodHost }, accepted)],
  ];
}

/** Aliases that go round, go nowhere, go on for long, or lead to a trap. */
function chains(): Entry[] {
  const links = Array.from({ length: 7 }, (_, at) => [`c${at}.chain.example`, { cname: `c${at + 1}.chain.example` }]);
  return [
    [
      'loop.example',
      exchanger(
        'loop.example',
        '10 a.loop.example',
        { 'a.loop.example': { cname: 'b.loop.example' }, 'b.loop.example': { cname: 'a.loop.example' } },
        'unreachable/dns-failure at dns',
      ),
    ],
    [
      'self.example',
      { names: { 'self.example': { cname: 'self.example' } }, expected: 'unreachable/dns-failure at dns' },
    ],
    [
      'gone.example',
      exchanger('gone.example', '10 a.gone.example', { 'a.gone.example': { cname: 'nowhere.invalid' } }, noHost),
    ],
    [
      'chain.example',
      exchanger(
        'chain.example',
        '10 c0.chain.example',
        { ...Object.fromEntries(links), 'c7.chain.example': goodHost },
        accepted,
      ),
    ],
    [
      'alias.example',
      exchanger(
        'alias.example',
        '10 a.alias.example',
        { 'a.alias.example': { cname: 'trap.alias.example' }, 'trap.alias.example': { a: ['127.4.0.1'] } },
        forbidden,
      ),
    ],
  ];
}

/** A name that is one server when it is looked up, and a trap whenever it is looked up again. */
function changing(): Entry[] {
  const host = 'mx.change.example';
  let asked = 0;
  const records: NameRecords = {
    ttl: 0,
    get a() {
      asked += 1;
      return [asked === 1 ? goodServer : '127.4.0.1'];
    },
  };
  return [['change.example', exchanger('change.example', `10 ${host}`, { [host]: records }, accepted)]];
}

/** Names for which lies.ts lies. */
function lies(): Entry[] {
  const told: Readonly<Record<string, string>> = {
    spoofed: accepted,
    'wrong-id': 'unreachable/dns-timeout at dns',
    'other-question': 'unreachable/dns-timeout at dns',
    noise: 'unreachable/dns-failure at dns',
    cut: 'unreachable/dns-failure at dns',
    'pointer-loop': 'unreachable/dns-failure at dns',
  };
  return Object.entries(told).map(([lie, expected]) => {
    const domain = `${lie}.lie.example`;
    return [domain, exchanger(domain, `10 mx.${domain}`, { [`mx.${domain}`]: goodHost }, expected)];
  });
}
