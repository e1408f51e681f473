import { expect, test } from 'vitest';
import { siteOf } from './site.js';

test.for([
  ['an operator', 'customer-com.mail.protection.example', '192.0.2.1', 'protection.example'],
  ['the domain itself', 'example.org', '192.0.2.1', 'example.org'],
  ['a public suffix of two labels', 'mx1.firm.co.uk', '192.0.2.1', 'firm.co.uk'],
  ['a private suffix is an operator', 'mx.someone.github.io', '192.0.2.1', 'github.io'],
  ['an IDN', 'mx.xn--bcher-kva.example', '192.0.2.1', 'xn--bcher-kva.example'],
  ['an underscore in a label', 'mx_1.operator.example', '192.0.2.1', 'operator.example'],
  ['a public suffix alone', 'co.uk', '192.0.2.1', '192.0.2.1'],
  ['a single label', 'localhost', '127.0.0.1', '127.0.0.1'],
  ['an address literal for a name', '[192.0.2.7]', '192.0.2.7', '192.0.2.7'],
  ['an address for a name', '192.0.2.7', '192.0.2.7', '192.0.2.7'],
  ['the root', '', '192.0.2.1', '192.0.2.1'],
  ['IPv6 by its /64', 'localhost', '2001:DB8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
  ['IPv6 of the same /64', 'localhost', '2001:db8:0:1::9', '2001:db8:0:1::/64'],
  ['IPv4 in IPv6', 'localhost', '::ffff:192.0.2.1', '192.0.2.1'],
] as const)('site of %s', ([, host, address, site]) => {
  expect(siteOf(host, address)).toBe(site);
});
