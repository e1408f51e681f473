import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sliceOf } from './find-bytes.js';
import { LineSplitter, longestLine } from './split-lines.js';

function split(chunks: readonly Buffer[]): { lines: string[]; count: number } {
  const lines: string[] = [];
  const splitter = new LineSplitter({
    line: (bytes, start, end) => lines.push(sliceOf(bytes, start, end).toString('latin1')),
  });
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return { lines, count: splitter.lines };
}

test.for([
  ['nothing', [''], []],
  ['two lines', ['a\nb\n'], ['a', 'b']],
  ['no line feed at the end', ['a\nb'], ['a', 'b']],
  ['a line in three chunks', ['a\nb', 'c', 'd\ne'], ['a', 'bcd', 'e']],
  ['a chunk that begins with the line feed', ['a', '\nb\n'], ['a', 'b']],
  ['blank lines', ['\n', '\n\na'], ['', '', '', 'a']],
] as const)('%s', ([, chunks, lines]) => {
  const found = split(chunks.map((chunk) => Buffer.from(chunk)));
  expect(found).toEqual({ lines, count: lines.length });
});

test('however the bytes are cut, the lines are the same', () => {
  const chunk = fc.string({ unit: fc.constantFrom('a', 'b', '\n') }).map((text) => Buffer.from(text));
  fc.assert(
    fc.property(fc.array(chunk), (chunks) => {
      expect(split(chunks)).toEqual(split([Buffer.concat(chunks)]));
    }),
  );
});

test.for([[1], [1000], [longestLine], [longestLine + 1], [10 * longestLine]])(
  'a line that is too long is counted and left out, in chunks of %i',
  ([length = 1]) => {
    const bytes = Buffer.from(`a\n${'x'.repeat(longestLine)}\n${'y'.repeat(longestLine + 1)}\nb\n`);
    const chunks = Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
      bytes.subarray(i * length, (i + 1) * length),
    );
    const { lines, count } = split(chunks);
    expect(lines.map((line) => line.length)).toEqual([1, longestLine, 1]);
    expect(count).toBe(4);
  },
);
