import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress, type Mailbox } from './address.js';
import { parseAddressSet, unionAddressSets } from './address-set.js';

function mailbox(text: string): Mailbox {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new Error(`${parsed.why}: ${text}`);
  return parsed.mailbox;
}

const has = (lines: string, address: string) => parseAddressSet(lines, 'skip.txt').set.has(mailbox(address));

describe('domains', () => {
  test.for([
    'example.com',
    '.example.com',
    '*.example.com',
    '@example.com',
    '*@example.com',
    'EXAMPLE.com.',
    '  example.com  ',
  ])('%s covers the domain and what is below it', (line) => {
    const asked = ['jo@example.com', 'jo@a.b.example.com', 'jo@anexample.com', 'jo@example.org', 'jo@com'];
    expect(asked.map((address) => has(line, address))).toEqual([true, true, false, false, false]);
  });

  test('beyond ASCII are the same as A-labels', () => {
    expect(has('münchen.example', 'jo@xn--mnchen-3ya.example')).toBe(true);
    expect(has('xn--mnchen-3ya.example', 'jo@mx.münchen.example')).toBe(true);
  });

  test('may be a top-level one', () => {
    expect(['jo@example.test', 'jo@test', 'jo@example.com'].map((address) => has('test', address))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('addresses', () => {
  test.for<[line: string, address: string, covered: boolean]>([
    ['jo@example.com', 'jo@example.com', true],
    ['<jo@example.com>', 'jo@example.com', true],
    ['Jo@EXAMPLE.com', 'jO@example.com', true],
    ['"jo"@example.com', 'jo@example.com', true],
    ['jo@example.com', 'doe@example.com', false],
    ['jo@example.com', 'jo@mx.example.com', false],
    ['"jo doe"@example.com', '"jo doe"@example.com', true],
    ['"jo@doe"@example.com', '"jo@doe"@example.com', true],
    ['jo#1@example.com', 'jo#1@example.com', true],
  ])('%s covers %s: %s', ([line, address, covered]) => {
    expect(has(line, address)).toBe(covered);
  });
});

test('comments, blank lines, a byte order mark and line ends of all kinds are no entries', () => {
  const text = '\ufeffexample.com\r\n\r\n# a comment\n  # another\njo@example.org # and one more\n\t\n';
  const { set, problems } = parseAddressSet(text, 'skip.txt');
  expect(problems).toEqual([]);
  expect(['a@example.com', 'jo@example.org', 'doe@example.org'].map((address) => set.has(mailbox(address)))).toEqual([
    true,
    true,
    false,
  ]);
});

test('what is neither is described with its line, and the rest still counts', () => {
  const { set, problems } = parseAddressSet('not a domain\nexample.com\n\njo@192.0.2.1\n\x1b[2J\n*', 'skip.txt');
  expect(problems).toEqual([
    'skip.txt:1: no address and no domain (bad domain name): not a domain',
    'skip.txt:4: no address and no domain (number or IP address as domain): jo@192.0.2.1',
    'skip.txt:5: no address and no domain (bad domain name): ?[2J',
    'skip.txt:6: no address and no domain (bad domain name): *',
  ]);
  expect(set.has(mailbox('jo@example.com'))).toBe(true);
});

test('a union has what any of its sets has', () => {
  const sets = ['example.com', 'jo@example.org'].map((text) => parseAddressSet(text, 'skip.txt').set);
  const asked = ['a@example.com', 'jo@example.org', 'doe@example.org'].map(mailbox);
  expect(asked.map((one) => unionAddressSets(sets).has(one))).toEqual([true, true, false]);
  expect(asked.map((one) => unionAddressSets([]).has(one))).toEqual([false, false, false]);
});

const domains = fc.domain().filter((domain) => domain.length < 200);

test('every address and every domain is in the set of itself', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\w{1,20}$/), domains, domains, (localPart, domain, other) => {
      const address = `${localPart}@${domain}`;
      expect(has(address, address)).toBe(true);
      expect(has(domain, address)).toBe(true);
      expect(has(domain, `${localPart}@${other}`)).toBe(other === domain || other.endsWith(`.${domain}`));
    }),
  );
});

test('any text is read without an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(parseAddressSet(text, 'skip.txt').problems.length).toBeLessThanOrEqual(text.split('\n').length);
    }),
  );
});
