import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from './address.js';

/** The canonical spelling, or why there is none. */
function spell(text: string): string {
  const parsed = parseAddress(text);
  return parsed.ok ? formatAddress(parsed.mailbox) : `refused: ${parsed.why}`;
}

const x = (length: number) => 'x'.repeat(length);
const longDomain = `${`${x(49)}.`.repeat(4)}example`;

describe('taken', () => {
  test.for<[text: string, spelling: string]>([
    ['jo@example.com', 'jo@example.com'],
    ['Jo.Doe@Example.COM', 'Jo.Doe@example.com'],
    ['<jo@example.com>', 'jo@example.com'],
    ['  < jo@example.com >\r\n', 'jo@example.com'],
    ['jo@example.com.', 'jo@example.com'],
    ["!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"],
    ['SRS0=a+b=c=example.org=jo@example.com', 'SRS0=a+b=c=example.org=jo@example.com'],
    ['host!user%other@example.com', 'host!user%other@example.com'],
    ['-@example.com', '-@example.com'],
    ['jo@localhost', 'jo@localhost'],
    ['jo@a_b._c.example', 'jo@a_b._c.example'],
    ['jo@r3---sn.example', 'jo@r3---sn.example'],
    ['jo@1.2.3.4.example', 'jo@1.2.3.4.example'],
    [`${x(64)}@example.com`, `${x(64)}@example.com`],
    [`${x(200)}@example.com`, `${x(200)}@example.com`],
    [`jo@${x(63)}.example`, `jo@${x(63)}.example`],
    [`${x(46)}@${longDomain}`, `${x(46)}@${longDomain}`],
  ])('%s', ([text, spelling]) => {
    expect(spell(text)).toBe(spelling);
  });
});

describe('quoted strings, no more quoted than needed', () => {
  test.for<[text: string, spelling: string]>([
    ['"jo"@example.com', 'jo@example.com'],
    ['"jo.doe"@example.com', 'jo.doe@example.com'],
    ['"j\\o"@example.com', 'jo@example.com'],
    ['"jo doe"@example.com', '"jo doe"@example.com'],
    ['"jo\\ doe"@example.com', '"jo doe"@example.com'],
    ['"jo\\"doe"@example.com', '"jo\\"doe"@example.com'],
    ['"jo\\\\doe"@example.com', '"jo\\\\doe"@example.com'],
    ['"jo..doe"@example.com', '"jo..doe"@example.com'],
    ['".jo"@example.com', '".jo"@example.com'],
    ['"jo@doe"@example.com', '"jo@doe"@example.com'],
    ['"a>b"@example.com', '"a>b"@example.com'],
    ['<"a>"@example.com>', '"a>"@example.com'],
    ['"<>"@example.com', '"<>"@example.com'],
    ['""@example.com', '""@example.com'],
    ['" "@example.com', '" "@example.com'],
    [`"${x(61)} "@example.com`, `"${x(61)} "@example.com`],
    [`"${x(64)}"@example.com`, `${x(64)}@example.com`],
  ])('%s', ([text, spelling]) => {
    expect(spell(text)).toBe(spelling);
  });
});

describe('source routes are dropped', () => {
  test.for([
    '<@a.example:jo@example.com>',
    '<@a.example,@b.example:jo@example.com>',
    '@[192.0.2.1],@b_c:jo@example.com',
  ])('%s', (text) => {
    expect(spell(text)).toBe('jo@example.com');
  });
});

describe('beyond ASCII', () => {
  test.for<[text: string, spelling: string, smtputf8: boolean]>([
    ['jo@münchen.example', 'jo@xn--mnchen-3ya.example', false],
    ['jo@MÜNCHEN.example', 'jo@xn--mnchen-3ya.example', false],
    ['jo@XN--MNCHEN-3YA.example', 'jo@xn--mnchen-3ya.example', false],
    ['jo@faß.example', 'jo@xn--fa-hia.example', false],
    ['jo@مثال.إختبار', 'jo@xn--mgbh0fb.xn--kgbechtv', false],
    ['jo@例え。テスト', 'jo@xn--r8jz45g.xn--zckzah', false],
    ['jo@例え。テスト。', 'jo@xn--r8jz45g.xn--zckzah', false],
    ['Jürgen@example.com', 'Jürgen@example.com', true],
    ['用户@例子.example', '用户@xn--fsqu00a.example', true],
    ['"jü"@example.com', 'jü@example.com', true],
    ['"jü rg"@example.com', '"jü rg"@example.com', true],
    ['😀@example.com', '😀@example.com', true],
    [`${'ü'.repeat(32)}@example.com`, `${'ü'.repeat(32)}@example.com`, true],
  ])('%s', ([text, spelling, smtputf8]) => {
    expect(spell(text)).toBe(spelling);
    expect(parseAddress(text)).toMatchObject({ mailbox: { smtputf8 } });
  });
});

describe('refused', () => {
  test.for<[text: string, why: string]>([
    ['', 'empty'],
    [' \t ', 'empty'],
    ['<>', 'null reverse-path'],
    ['root', 'no domain'],
    ['<root>', 'no domain'],
    ['jo@', 'no domain'],
    ['"jo@example.com"', 'no domain'],
    ['"jo@example.com', 'no domain'],
    ['@example.com', 'no local part'],
    ['<@example.com>', 'no local part'],
    ['jo@[192.0.2.1]', 'address literal'],
    ['jo@[IPv6:2001:db8::1]', 'address literal'],
    ['jo@192.0.2.1', 'number or IP address as domain'],
    ['jo@0x7f.1', 'number or IP address as domain'],
    ['jo@example.0x1f', 'number or IP address as domain'],
    ['jo@example.123', 'number or IP address as domain'],
    ['jo@１２７.０.０.１', 'number or IP address as domain'],
    ['jo@2130706433', 'number or IP address as domain'],
    ['<jo@example.com', 'unbalanced angle brackets'],
    ['jo@example.com>', 'unbalanced angle brackets'],
    ['<<jo@example.com>>', 'bad local part'],
    ['<jo@example.com>>', 'bad domain name'],
    ['Jo <jo@example.com', 'bad local part'],
    ['jo doe@example.com', 'bad local part'],
    ['jo..doe@example.com', 'bad local part'],
    ['.jo@example.com', 'bad local part'],
    ['jo.@example.com', 'bad local part'],
    ['jo@doe@example.com', 'bad local part'],
    ['jo"doe@example.com', 'bad local part'],
    ['jo>@example.com', 'bad local part'],
    ['"jo"doe@example.com', 'bad local part'],
    ['"jo".doe@example.com', 'bad local part'],
    ['jo,doe@example.com', 'bad local part'],
    ['jo(doe)@example.com', 'bad local part'],
    ['"jo@doe"@evil@example.com', 'bad domain name'],
    ['jo@exam ple.com', 'bad domain name'],
    ['jo@example..com', 'bad domain name'],
    ['jo@.example.com', 'bad domain name'],
    ['jo@example.com..', 'bad domain name'],
    ['jo@.', 'bad domain name'],
    ['jo@-a.example', 'bad domain name'],
    ['jo@a-.example', 'bad domain name'],
    ['jo@exa%6dple.com', 'bad domain name'],
    ['jo@exä%6dple.com', 'bad domain name'],
    ['jo@exämple.com/path', 'bad domain name'],
    ['jo@exämple.com:25', 'bad domain name'],
    ['jo@⑴.example', 'bad domain name'],
    ['jo@\u202eexample.com', 'bad domain name'],
    ['jo@ü.xn--a', 'bad domain name'],
    [`jo@${x(64)}.example`, 'bad domain name'],
    [`${x(47)}@${longDomain}`, 'address over 254 octets'],
    [`jo@${`${x(49)}.`.repeat(5)}example`, 'domain over 253 octets'],
    [x(2000), 'longer than 1024 characters'],
  ])('%s: %s', ([text, why]) => {
    expect(spell(text)).toBe(`refused: ${why}`);
  });

  test.for(['\0', '\r', '\n', '\r\n', '\t', '\x1b', '\x7f', '\x85', '\u2028', '\u2029', '\ufffd', '\ud800', '\udc00'])(
    'control characters and what is no text, wherever they stand: %j',
    (bad) => {
      const places = [
        `j${bad}o@example.com`,
        `"j${bad}o"@example.com`,
        `"j\\${bad}o"@example.com`,
        `jo@exam${bad}ple.com`,
      ];
      const why = places.map(() => 'refused: control character or not UTF-8');
      expect(places.map(spell)).toEqual(why);
    },
  );

  test('nothing after the line that the address stands on is let in', () => {
    expect(spell('jo@example.com>\r\nRCPT TO:<doe@example.com')).toMatch(/^refused/);
    expect(spell('"jo\r\nRSET\r\n"@example.com')).toMatch(/^refused/);
  });
});

describe('properties', () => {
  const special = fc.constantFrom(
    '@',
    '"',
    '\\',
    '<',
    '>',
    '.',
    ' ',
    '[',
    ']',
    ':',
    ',',
    '\r\n',
    '\0',
    'ü',
    '。',
    '-',
    'jo',
    'example.com',
  );
  const nearly = fc.array(fc.oneof(special, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 12 });
  const quoted = fc.string({ maxLength: 20 }).map((content) => `"${content.replaceAll(/["\\]/g, '\\$&')}"`);
  const local = fc.oneof(fc.stringMatching(/^[\w+=-]{1,20}(\.[\w+=-]{1,20}){0,2}$/), quoted);
  const domains = fc.domain().filter((domain) => domain.length < 200);
  const sound = fc.tuple(local, domains).map(([localPart, domain]) => `${localPart}@${domain}`);
  const any = fc.oneof(
    sound,
    nearly.map((pieces) => pieces.join('')),
    nearly.map((pieces) => `"${pieces.join('')}"@example.com`),
    fc.string({ unit: 'binary' }),
  );

  test('any text gives a mailbox or a reason; a mailbox is safe on the wire and is its own spelling', () => {
    fc.assert(
      fc.property(any, (text) => {
        const parsed = parseAddress(text);
        const spelling = parsed.ok ? formatAddress(parsed.mailbox) : 'jo@example.com';
        expect(spelling).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u);
        // SMTP knows one blank only; U+00A0 and its like are letters to it (RFC 6531 section 3.3).
        expect(spelling.replace(/"(?:[^"\\]|\\.)*"/, '')).not.toMatch(/[<> "]/);
        expect(Buffer.byteLength(spelling)).toBeLessThanOrEqual(254);
        expect(parseAddress(spelling)).toMatchObject(parsed.ok ? parsed : { ok: true });
        expect(parseAddress(`<${spelling}>`)).toEqual(parseAddress(spelling));
      }),
      { numRuns: 2000 },
    );
  });

  test('sound addresses pass, whichever way they are quoted, and say the same', () => {
    fc.assert(
      fc.property(
        local.filter((text) => text.length <= 30),
        domains,
        (localPart, domain) => {
          const content = localPart.startsWith('"') ? localPart.slice(1, -1) : localPart;
          const escaped = content.startsWith('\\') ? content : `\\${content}`;
          const spellings = [`"${content}"@${domain}`, `"${content && escaped}"@${domain.toUpperCase()}.`];
          expect(parseAddress(spellings[0] ?? '')).toMatchObject({ ok: true });
          expect(parseAddress(spellings[1] ?? '')).toEqual(parseAddress(spellings[0] ?? ''));
        },
      ),
    );
  });

  test('the everyday case gives what the closer look gives', () => {
    const text = fc
      .tuple(fc.stringMatching(/^[\w+=.-]{1,66}$/), fc.stringMatching(/^([a-zA-Z0-9-]{1,64}\.){1,3}[a-zA-Z]{1,4}$/))
      .map(([localPart, domain]) => `${localPart}@${domain}`);
    // A space before it is tolerated, but not everyday.
    fc.assert(
      fc.property(text, (address) => {
        expect(parseAddress(address)).toEqual(parseAddress(` ${address}`));
      }),
    );
  });
});

test('a hostile text costs no more time than a long one', () => {
  const hostile = [
    '@a,'.repeat(5000),
    `"${'\\'.repeat(9999)}`,
    `${'a-'.repeat(5000)}@`,
    `x@${'a-'.repeat(5000)}`,
    ' '.repeat(9999),
    `${'a.'.repeat(500)}@`,
  ];
  const started = performance.now();
  expect(hostile.map((text) => parseAddress(text).ok)).not.toContain(true);
  expect(performance.now() - started).toBeLessThan(500);
});
