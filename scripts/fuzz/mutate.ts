/**
 * Damage to a log, as an enemy or a broken disk would do it: bytes changed, cut out, doubled and moved, and addresses
 * replaced by hostile ones.
 */
import * as fc from 'fast-check';

/** One change; places are shares of the whole from 0 to 1. */
export interface Mutation {
  readonly kind: 'set' | 'cut' | 'double' | 'insert' | 'noise';
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

/** What people try to slip in. */
const hostileTexts = [
  '',
  '\0',
  '\r',
  '\n',
  '\r\nRCPT TO:<x@y.example>\r\n',
  '<>',
  '<<a@b.example>>',
  '"a\r\nb"@c.example',
  '"\\"@c.example',
  '\u001b]0;title\u0007',
  '\u001b[2J',
  '=cmd|calc!A1@x.example',
  '<script>alert(1)</script>@x.example',
  "'; DROP TABLE sender; --@x.example",
  '../../etc/passwd@x.example',
  'a@[127.0.0.1]',
  'a@[IPv6:::1]',
  '\u202Eelpmaxe@x.example',
  '\uFEFF',
  '@',
  '@'.repeat(300),
  `${'a'.repeat(5000)}@x.example`,
  'from=<',
  'x@xn--a.example',
  '{"',
  '"\\u0000"',
  '\u001F\u008B\b',
] as const;

/** Up to eight changes. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Mutation['kind'][]>('set', 'cut', 'double', 'insert', 'noise'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(200),
    text: fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: 'binary', maxLength: 20 })),
  }),
  { maxLength: 8 },
);

/** The bytes with the changes made one after the other. */
export function mutate(bytes: Buffer, changes: readonly Mutation[]): Buffer {
  return changes.reduce(change, bytes);
}

function change(bytes: Buffer, { kind, at, length, text }: Mutation): Buffer {
  const start = Math.floor(at * bytes.length);
  const [before, rest] = [bytes.subarray(0, start), bytes.subarray(start)];
  switch (kind) {
    case 'set':
      return Buffer.concat([before, Buffer.from(text), rest.subarray(Buffer.byteLength(text))]);
    case 'cut':
      return Buffer.concat([before, rest.subarray(length)]);
    case 'double':
      return Buffer.concat([before, rest.subarray(0, length), rest]);
    case 'insert':
      return Buffer.concat([before, Buffer.from(text), rest]);
    case 'noise':
      return Buffer.concat([before, Buffer.from(text.repeat(1 + length), 'latin1'), rest.subarray(length)]);
    default:
      return kind satisfies never;
  }
}
