import { expect, test } from 'vitest';
import { cutEchoes } from './cut-echoes.js';

const cut = (text: string, address = 'spam@user-unknown.example') =>
  cutEchoes(text, address, ['probe.example', 'mx.blocked.example']);

test.for([
  ['the address', 'no <spam@user-unknown.example> here', 'no here'],
  ['the address, bare, in any case', 'no Spam@User-Unknown.Example: here', 'no : here'],
  ['any address', 'write to abuse@blacklist.example', 'write to'],
  ['the null reverse-path', '<>: not wanted', ': not wanted'],
  ['the domain', 'domain user-unknown.example is', 'domain is'],
  ['the domain at the end of a sentence', 'not at user-unknown.example.', 'not at .'],
  ['the local part in quotes', "user 'spam' and (spam) and <spam>", 'user and and'],
  ['not the local part as a word', 'spam is not wanted', 'spam is not wanted'],
  ['not a longer name', 'see mail.user-unknown.example.org', 'see mail.user-unknown.example.org'],
  ['our name and the server’s', 'probe.example, this is mx.blocked.example', ', this is'],
  ['IPv4', '192.0.2.1 [192.0.2.2] (192.0.2.3)', '( )'],
  ['IPv6', '2001:db8::1 and [2001:db8::2] and ::1', 'and and'],
  ['a time, which might be one', 'at 10:20:30 it', 'at it'],
  ['typographic apostrophes', 'doesn’t exist', "doesn't exist"],
  ['white space', ' a\u00a0 b ', 'a b'],
] as const)('%s', ([, text, rest]) => {
  expect(cut(text)).toBe(rest);
});

test.for(['a.b*c+(d)@[x].example', '"a b"@x.example', '$&@x.example', '@', ''])(
  'no address breaks it: %j',
  (address) => {
    expect(cut('user unknown', address)).toBe('user unknown');
  },
);
