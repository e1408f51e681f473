import { expect, test } from 'vitest';
import { isBinary, recogniseFormat } from './recognise-format.js';

function kindOf(text: string, atEnd = true): string | null {
  const format = recogniseFormat(Buffer.from(text), atEnd);
  if (format === null) return null;
  return format.kind === 'whole' ? format.format.name : format.kind;
}

test.for([
  ['Postfix', 'Nov 23 09:31:07 mx1 postfix/qmgr[1]: x\n', 'mail-log'],
  ['a log without a sender', 'Nov 23 09:31:07 mx1 dovecot: imap-login: Login: user=<a@b.example>\n', 'mail-log'],
  ['ISO stamps', '2026-11-23T09:31:07.123+00:00 mx1 postfix/qmgr[1]: x\n', 'mail-log'],
  ['RFC 5424', '<22>1 2026-11-23T09:31:07.123+00:00 mx1 postfix 1 - - x\n', 'mail-log'],
  ['a log with comments', '# from backup\n\nNov 23 09:31:07 mx1 postfix/qmgr[1]: x\n', 'mail-log'],
  ['a tag and no known stamp', '%(day)s 09:31:07 mx1 postfix/qmgr[1]: x\n', 'mail-log'],
  ['a list', 'a@b.example\n', 'addresses'],
  ['a list with brackets, comments, blanks', '# ours\n\n <a@b.example>  # why\r\n"x y"@b.example\n', 'addresses'],
  ['a list in UTF-8 with a mark', '\u{FEFF}jörg@bücher.example\n', 'addresses'],
  ['a list with a mistake', 'a@b.example\nnot one\n', 'addresses'],
  ['our table', 'address,domain,messages,rejected_messages,first_seen,last_seen\n', 'extract --csv'],
  [
    'our wider table',
    '\u{FEFF}address,domain,messages,rejected_messages,first_seen,last_seen,wanted\r\n',
    'extract --csv',
  ],
  ['prose', 'Dear postmaster,\nplease write to a@b.example.\n', null],
  ['another table', 'email,name\na@b.example,Ann\n', null],
  ['nothing', '\n', null],
] as const)('%s', ([, text, kind]) => {
  expect(kindOf(text)).toBe(kind);
});

test('a line that is still coming in is not judged', () => {
  expect(kindOf('a@b.example', false)).toBe(null);
  expect(kindOf('a@b.example\nNov 23', false)).toBe('addresses');
});

test.for([
  ['text', Buffer.from('Grüße\tan alle\r\n'), false],
  ['zeros', Buffer.alloc(100), true],
  ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0]), true],
] as const)('binary or not: %s', ([, bytes, expected]) => {
  expect(isBinary(bytes)).toBe(expected);
});
