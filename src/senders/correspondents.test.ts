import { expect, test } from 'vitest';
import { bytesOf, viewOf } from '../logs/find-bytes.js';
import { Correspondents } from './correspondents.js';

function correspondentsOf(addresses: readonly string[]): Correspondents {
  const correspondents = new Correspondents();
  for (const address of addresses) {
    const bytes = viewOf(Buffer.concat([bytesOf('<'), Buffer.from(address), bytesOf('>')]));
    correspondents.add(bytes, 1, bytes.byteLength - 1);
  }
  return correspondents;
}

test.for([
  ['a@x.example', 2],
  ['A@X.Example', 2],
  ['"a"@x.example', 2],
  ['b@x.example', 0],
  ['j\u00F6rg@x.example', 1],
  ['', 0],
  ['no address', 0],
] as const)('mails to %s: %i', ([address, mails]) => {
  const correspondents = correspondentsOf(['a@x.example', 'A@x.EXAMPLE', 'j\u00F6rg@x.example', '']);
  expect(correspondents.size).toBe(2);
  expect(correspondents.mailsTo(address)).toBe(mails);
});
