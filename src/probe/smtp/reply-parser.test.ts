import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replyBounds, ReplyParser, type Reply } from './reply-parser.js';

function parse(...chunks: readonly (string | Uint8Array)[]) {
  const parser = new ReplyParser();
  const replies = chunks.flatMap((chunk) => parser.push(Buffer.from(chunk)));
  return { replies, fault: parser.fault };
}

function single(text: string | Uint8Array): Reply {
  const { replies, fault } = parse(text);
  expect(fault).toBeNull();
  expect(replies).toHaveLength(1);
  return replies[0]!;
}

describe('replies', () => {
  test.for<[string, string, Pick<Reply, 'code' | 'enhancedCode' | 'lines' | 'text'>]>([
    ['a plain reply', '250 Ok\r\n', { code: 250, enhancedCode: null, lines: ['Ok'], text: 'Ok' }],
    ['no text', '250\r\n', { code: 250, enhancedCode: null, lines: [''], text: '' }],
    ['no text but a space', '250 \r\n', { code: 250, enhancedCode: null, lines: [''], text: '' }],
    ['bare line feed', '220 hi\n', { code: 220, enhancedCode: null, lines: ['hi'], text: 'hi' }],
    [
      'several lines, enhanced codes cut off',
      '550-5.1.1 No such\r\n550-5.1.1\r\n550 5.1.1 user here\r\n',
      {
        code: 550,
        enhancedCode: '5.1.1',
        lines: ['5.1.1 No such', '5.1.1', '5.1.1 user here'],
        text: 'No such user here',
      },
    ],
    [
      'an enhanced code only later',
      '554-Refused\r\n554 5.7.1 by policy\r\n',
      { code: 554, enhancedCode: '5.7.1', lines: ['Refused', '5.7.1 by policy'], text: 'Refused by policy' },
    ],
    [
      'an enhanced code of another class is just text',
      '450 5.7.1 no\r\n',
      { code: 450, enhancedCode: null, lines: ['5.7.1 no'], text: '5.7.1 no' },
    ],
    [
      'an IP address is no enhanced code',
      '550 5.6.7.8 is blocked\r\n',
      { code: 550, enhancedCode: null, lines: ['5.6.7.8 is blocked'], text: '5.6.7.8 is blocked' },
    ],
    [
      'codes of three digits',
      '451 4.7.650 slow down\r\n',
      { code: 451, enhancedCode: '4.7.650', lines: ['4.7.650 slow down'], text: 'slow down' },
    ],
  ])('%s', ([, bytes, reply]) => {
    const { code, enhancedCode, lines, text } = single(bytes);
    expect({ code, enhancedCode, lines, text }).toEqual(reply);
  });

  test('several in one packet', () => {
    const { replies } = parse('250 one\r\n250-two\r\n250 three\r\n451 four\r\n25');
    expect(replies.map(({ code, text }) => `${code} ${text}`)).toEqual(['250 one', '250 two three', '451 four']);
  });

  test.for<[string, Uint8Array, string]>([
    ['UTF-8', Buffer.from('550 Empfänger unbekannt\r\n'), 'Empfänger unbekannt'],
    ['Latin-1', Buffer.from('550 Empfänger unbekannt\r\n', 'latin1'), 'Empfänger unbekannt'],
    ['escape sequences', Buffer.from('550 \u001b[2Jgone\u0007\u0000\r\n'), '\u{fffd}[2Jgone\u{fffd}\u{fffd}'],
    ['C1 controls', Buffer.from('550 a\u009b2Jb\r\n'), 'a\u{fffd}2Jb'],
    ['the other direction', Buffer.from('550 a\u202egnp.exe\r\n'), 'a\u{fffd}gnp.exe'],
    ['tabs', Buffer.from('550 a\tb\r\n'), 'a b'],
    ['a carriage return inside', Buffer.from('550 a\rb\r\n'), 'a\u{fffd}b'],
  ])('text: %s', ([, bytes, text]) => {
    expect(single(bytes).text).toBe(text);
  });
});

describe('what is no reply', () => {
  test.for([
    ['SSH', 'SSH-2.0-OpenSSH\r\n', 'not an SMTP reply: SSH-2.0-OpenSSH'],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n', 'not an SMTP reply: HTTP/1.1 400 Bad Request'],
    ['POP3', '+OK ready\r\n', 'not an SMTP reply: +OK ready'],
    ['TLS', '\u0015\u0003\u0001', 'not an SMTP reply: \u{fffd}\u{fffd}\u{fffd}'],
    ['an empty line', '\r\n', 'not an SMTP reply: '],
    ['two digits', '25\r\n', 'not an SMTP reply: 25'],
    ['four digits', '2500 ok\r\n', 'not an SMTP reply: 2500 ok'],
    ['no separator', '250ok\r\n', 'not an SMTP reply: 250ok'],
    ['1xx', '100 go on\r\n', 'not an SMTP reply: 100 go on'],
    ['6xx', '600 what\r\n', 'not an SMTP reply: 600 what'],
    ['another code in the next line', '250-a\r\n550 b\r\n', 'reply code changed from 250 to 550 within a reply'],
  ] as const)('%s', ([, bytes, detail]) => {
    expect(parse(bytes)).toEqual({ replies: [], fault: { event: 'not-smtp', detail } });
  });

  test('it is known from the first byte on', () => {
    expect(parse('S').fault?.event).toBe('not-smtp');
    expect(parse('25').fault).toBeNull();
  });

  test('nothing counts after it', () => {
    expect(parse('250 a\r\nhello\r\n250 b\r\n', '250 c\r\n').replies.map(({ text }) => text)).toEqual(['a']);
  });
});

describe('bounds', () => {
  const { lineBytes, replyBytes, lines } = replyBounds;

  test('a line', () => {
    const longest = `250 ${'x'.repeat(lineBytes - 5)}\r\n`;
    expect(single(longest).text).toHaveLength(lineBytes - 5);
    expect(parse(`250 ${'x'.repeat(lineBytes)}`).fault?.event).toBe('reply-too-long');
    expect(parse(`250 ${'x'.repeat(lineBytes)}\r\n`).fault?.event).toBe('reply-too-long');
  });

  test('lines', () => {
    expect(single(`${'250-a\r\n'.repeat(lines - 1)}250 a\r\n`).lines).toHaveLength(lines);
    expect(parse(`${'250-a\r\n'.repeat(lines)}250 a\r\n`).fault?.event).toBe('reply-too-long');
  });

  test('a reply', () => {
    const line = `250-${'x'.repeat(4000)}\r\n`;
    expect(parse(line.repeat(Math.floor(replyBytes / line.length))).fault).toBeNull();
    expect(parse(line.repeat(Math.ceil(replyBytes / line.length) + 1)).fault?.event).toBe('reply-too-long');
  });
});

const replyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }).map((text) => Buffer.concat([Buffer.from('550 5.1.1 '), text, Buffer.from('\r\n')])),
  fc
    .constantFrom('250 ok\r\n', '250-a\n', '550 5.1.1 no\r\n', '25', '0-', '\r', '\n', '250', '-', ' ', '\r\n')
    .map((text) => Buffer.from(text)),
  fc.nat({ max: 6000 }).map((length) => Buffer.alloc(length, 0x32)),
);

describe('properties', () => {
  test('however the bytes are cut, the replies and the fault are the same', () => {
    fc.assert(
      fc.property(
        fc.array(replyBytes, { maxLength: 12 }),
        fc.array(fc.nat({ max: 5000 }), { maxLength: 8 }),
        (parts, cuts) => {
          const bytes = Buffer.concat(parts);
          const whole = parse(bytes);
          const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length];
          const cut = parse(...at.slice(1).map((end, i) => bytes.subarray(at[i], end)));
          expect(cut.replies).toEqual(whole.replies);
          expect(cut.fault?.event).toBe(whole.fault?.event);
        },
      ),
    );
  });

  test('any bytes: no throw, codes of 200 to 599, texts without controls', () => {
    fc.assert(
      fc.property(fc.array(replyBytes), (parts) => {
        for (const { code, lines, text } of parse(...parts).replies) {
          expect(code).toBeGreaterThanOrEqual(200);
          expect(code).toBeLessThan(600);
          expect(`${lines.join('')}${text}`).not.toMatch(/\p{Cc}/u);
          expect(lines.length).toBeLessThanOrEqual(replyBounds.lines);
        }
      }),
    );
  });
});
