/**
 * What people try to slip in as an address or in a reply, so that whatever shows it obeys.
 */

/** Terminal escapes, formulas, markup, SQL, shell, paths, formats, line ends. */
const payloads = [
  '\u001B[2J\u001B]0;owned\u0007',
  '\u009B31m',
  '\u202Egnp.exe\u2066',
  '\u2028\u2029',
  '=cmd|calc!A1',
  '@SUM(1+1)*cmd|calc!A0',
  '+1+1',
  '-2+3',
  '\t=1+1',
  '＝1+1',
  '<script>alert(1)</script>',
  '<img/src=x/onerror=alert(1)>',
  '</script><svg/onload=alert(1)>',
  '"><b/onmouseover=alert(1)>',
  "';DROP/**/TABLE/**/sender;--",
  '../../../../tmp/owned',
  '$(touch${IFS}owned)',
  '`touch owned`',
  '%s%n%x',
  '{{7*7}}${7*7}',
  '# no comment',
  'REJECT\tno',
  'ok"} 1\n# HELP owned',
  '|warn;crit',
  '\uFEFFbom',
  'a\0b',
] as const;

/** As addresses: plain, quoted, with a line end in them, and what angle brackets and routes make of them. */
export const hostileAddresses: readonly string[] = [
  ...payloads.flatMap((text) => [
    `${text}@x.example`,
    `"${text.replaceAll(/["\\]/g, '\\$&')}"@x.example`,
    `a@${text}.example`,
  ]),
  'a@x.example>\r\nRCPT TO:<victim@x.example',
  '"a\r\nRCPT TO:<victim@x.example>"@x.example',
  'a@x.example> NOTIFY=SUCCESS',
  '<<a@x.example>>',
  '<a@x.example',
  '@evil.example:b@x.example',
  'a%b@x.example',
  'evil.example!a@x.example',
  `${'a'.repeat(300)}@x.example`,
  `a@${'x'.repeat(64)}.example`,
  `a@${'x.'.repeat(130)}example`,
  'a@[127.0.0.1]',
  'a@127.0.0.1',
  'a@2130706433',
  'a@localhost',
  '@',
  'a@',
  '@x.example',
];

/** Addresses that are asked about, each at a server of its own that replies with a payload. */
export const repliers: readonly (readonly [address: string, reply: string])[] = payloads
  .map((text) => text.replaceAll(/[\r\n]/g, ' '))
  .map((text, at) => [`ann@r${at}.example`, `550-5.7.1 ${text}\n550 5.7.1 ${text} ${text}`]);
