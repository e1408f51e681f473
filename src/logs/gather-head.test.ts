import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { gatherHead } from './gather-head.js';

/** Gives the same buffer filled anew each time, as readers of files do. */
async function* reused(pieces: readonly Uint8Array[]): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(20_000);
  for (const piece of pieces) {
    buffer.fill(0).set(piece);
    yield buffer.subarray(0, piece.length);
  }
}

async function gathered(chunks: AsyncIterable<Buffer>, patienceMs?: number): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for await (const chunk of gatherHead(chunks, patienceMs)) found.push(Buffer.from(chunk));
  return found;
}

test('the same bytes, the first 65,536 of them in two chunks of fixed lengths', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 9000, size: 'max' }), { maxLength: 18 }), async (pieces) => {
      const chunks = await gathered(reused(pieces));
      const whole = Buffer.concat(pieces);
      expect(Buffer.concat(chunks).equals(whole)).toBe(true);
      expect(chunks[0]?.length ?? 0).toBe(Math.min(whole.length, 16_384));
      expect(chunks[1]?.length ?? 0).toBe(Math.min(Math.max(0, whole.length - 16_384), 49_152));
    }),
    { numRuns: 100 },
  );
});

test('what comes slowly is handed on as it comes', async () => {
  let release = (): void => undefined;
  const later = new Promise<void>((resolve) => (release = resolve));
  async function* slow(): AsyncGenerator<Buffer> {
    yield Buffer.from('first\n');
    await later;
    yield Buffer.from('second\n');
  }
  const found: string[] = [];
  for await (const chunk of gatherHead(slow(), 1)) {
    found.push(chunk.toString());
    release();
  }
  expect(found).toEqual(['first\n', 'second\n']);
});

test('whoever has enough need not wait for what is still to come', async () => {
  async function* endless(): AsyncGenerator<Buffer> {
    yield Buffer.from('first\n');
    await new Promise(() => undefined);
  }
  const found: string[] = [];
  for await (const chunk of gatherHead(endless(), 1)) {
    found.push(chunk.toString());
    break;
  }
  expect(found).toEqual(['first\n']);
});

test('an error comes through', async () => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.from('first\n');
    await Promise.reject(new Error('cut off'));
  }
  await expect(gathered(broken())).rejects.toThrow('cut off');
});
