import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { longestRequest, RequestParser, type PolicyRequest } from './request.js';
import { requestOf } from './service.test-support.js';

function parse(pieces: readonly Buffer[]): { requests: PolicyRequest[]; overlong: boolean } {
  const parser = new RequestParser();
  const requests = pieces.flatMap((piece) => parser.push(piece));
  return { requests, overlong: parser.overlong };
}

/** Cuts the bytes at these places, of a thousand. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => Math.floor((place / 1000) * bytes.length)).toSorted((a, b) => a - b)];
  return at.map((start, i) => bytes.subarray(start, at[i + 1]));
}

const places = fc.array(fc.nat(1000), { maxLength: 20 });
const value = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\n', ''));

test('what Postfix sends', () => {
  const text = requestOf({
    sender: 'a=b@c.example',
    recipient: 'jörg@d.example',
    client_address: '::1',
    instance: 'x.1',
  });
  expect(parse([Buffer.from(text)]).requests).toEqual([
    {
      request: 'smtpd_access_policy',
      sender: 'a=b@c.example',
      recipient: 'jörg@d.example',
      client_address: '::1',
      instance: 'x.1',
      sasl_username: '',
    },
  ]);
});

test('any split of the bytes gives the same requests', () => {
  const some = fc.array(fc.record({ sender: value, recipient: value, unknown: value }), { maxLength: 5 });
  fc.assert(
    fc.property(some, places, (requests, cuts) => {
      const bytes = Buffer.from(requests.map(requestOf).join(''));
      const parsed = parse(cut(bytes, cuts));
      expect(parsed).toEqual(parse([bytes]));
      expect(parsed.requests.map(({ sender }) => sender)).toEqual(requests.map(({ sender }) => sender));
    }),
  );
});

test('nothing makes it throw, and no split matters', () => {
  const pieces = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom('\n', '\n\n', '=', 'sender=', 'sender=x\n\n', '\0', 'x'.repeat(20_000))
      .map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), places, (list, cuts) => {
      const bytes = Buffer.concat(list);
      expect(parse(cut(bytes, cuts))).toEqual(parse([bytes]));
    }),
  );
});

test('a request is as long as allowed, or nothing more is read', () => {
  const filling = longestRequest - 'sender=\n\n'.length;
  expect(
    parse([Buffer.from(`sender=${'x'.repeat(filling)}\n\nsender=y\n\n`)]).requests.map((r) => r.sender.length),
  ).toEqual([filling, 1]);
  expect(parse([Buffer.from(`sender=${'x'.repeat(filling + 1)}\n\nsender=y\n\n`)])).toEqual({
    requests: [],
    overlong: true,
  });
});
