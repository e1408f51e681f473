import { expect, test } from 'vitest';
import { addresses } from './address-list.js';
import { assertSound, eventsOf } from './heard-events.test-support.js';
import { senderCsv } from './sender-csv.js';

const list = `# whom to ask
anna@a.example
<"john > doe"@b.example>  # why
<>
\u00FC@\u00FCber.example

not an address
`.repeat(5);

const table = `address,domain,messages,rejected_messages,first_seen,last_seen
anna@a.example,a.example,3,0,2026-11-23T09:31:07.000Z,2026-11-24T09:31:07.000Z
"""john, doe""@b.example",b.example,1,2,,
'=sum@c.example,c.example,1,0,,
,,1,0,,
`.repeat(5);

const pieces = [
  '<',
  '>',
  '#',
  ' #',
  '""',
  "'",
  "'=",
  ',,',
  '\uFEFF',
  'address,domain',
  '9999999999',
  '"a@b.example",b,1,0,,',
];

test('a list: no input makes it throw, or tell an address that is not in it', () => {
  expect(() => assertSound(addresses, list, pieces)).not.toThrow();
});

test('a table of senders: no input makes it throw, and its cut into chunks makes no difference', () => {
  const counted = eventsOf(senderCsv, table).filter((event) => event.startsWith('counted '));
  expect(counted.length).toBe(20);
  expect(() => assertSound(senderCsv, table, pieces, (text) => text.replaceAll(/["'\uFFFD]/g, ''))).not.toThrow();
});
