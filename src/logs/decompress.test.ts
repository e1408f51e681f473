import { assert, asyncProperty, integer, nat } from 'fast-check';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decompress } from './decompress.js';
import { InputError } from './input-error.js';

const folder = new URL('../../fixtures/compressed/', import.meta.url);
const fixture = (name: string): Buffer => readFileSync(new URL(name, folder));
const plain = fixture('mail.log');
/** How much the first of the two members holds. */
const firstMember = plain.indexOf('\n', plain.length / 2) + 1;
const compressions = ['gz', 'bz2', 'xz', 'zst'];

describe('compressed inputs', () => {
  test.for([...compressions.map((name) => `mail.log.${name}`), 'skippable.zst', 'mail.log'])(
    '%s is undone, all its members, however it is cut into chunks',
    async (name) => {
      const bytes = fixture(name);
      for (const chunkLength of [1, 7, 1000, bytes.length]) {
        expect(await read(bytes, chunkLength)).toEqual({ text: plain.toString(), warnings: [] });
      }
    },
  );

  test.for(compressions)('%s cut off anywhere: what it gives is the beginning, with a warning', async (name) => {
    const whole = fixture(`mail.log.${name}`);
    await assert(
      asyncProperty(integer({ min: 20, max: whole.length - 1 }), async (length) => {
        const { text, warnings } = await read(whole.subarray(0, length), 300).catch(noOutput);
        expect(plain.toString().startsWith(text)).toBe(true);
        const isWhole = text.length === plain.length || text.length === firstMember;
        expect(isWhole || warnings.join().includes('is damaged or cut off (')).toBe(true);
      }),
    );
  });

  test.for(compressions)('%s cut off in its second member gives all of the first', async (name) => {
    const whole = fixture(`mail.log.${name}`);
    const { text } = await read(whole.subarray(0, whole.length - 40), 300);
    expect(text.length).toBeGreaterThanOrEqual(firstMember);
  });

  test.for(compressions)('%s with any byte changed gives the same however it is cut into chunks', async (name) => {
    const whole = fixture(`mail.log.${name}`);
    await assert(
      asyncProperty(nat(whole.length - 1), integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = Buffer.from(whole);
        damaged[at] = damaged[at]! ^ change;
        const inPieces = await read(damaged, 300).catch(noOutput);
        expect(await read(damaged, whole.length).catch(noOutput)).toEqual(inPieces);
      }),
      { numRuns: 200 },
    );
  });

  test('gzip damaged near its end gives most of what came before', async () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `${i * 7919} from=<anna${i}@b.example>\n`).join('');
    const damaged = gzipSync(text);
    damaged.fill(0xff, damaged.length - 1000, damaged.length - 900);
    const given = await read(damaged, 65_536);
    expect(text.startsWith(given.text)).toBe(true);
    expect(given.text.length).toBeGreaterThan(0.9 * text.length);
    expect(given.warnings).toHaveLength(1);
  });

  test.for([
    ['zeros-100MB.bz2', fixture('zeros-100MB.bz2')],
    ['zeros-100MB.xz', fixture('zeros-100MB.xz')],
    ['zeros-100MB.zst', fixture('zeros-100MB.zst')],
    ['gzip', gzipSync(Buffer.alloc(100_000_000))],
  ] satisfies [string, Buffer][])('a bomb, %s, comes in pieces', async ([, bytes]) => {
    let [length, longest] = [0, 0];
    for await (const chunk of decompress('log', chunksOf(bytes, 524_288), noWarning)) {
      length += chunk.length;
      longest = Math.max(longest, chunk.length);
    }
    expect(length).toBe(100_000_000);
    expect(longest).toBeLessThanOrEqual(1_048_576);
  });

  test('an input that wants 2 GB of memory is refused', async () => {
    await expect(read(fixture('window-2GB.zst'), 300)).rejects.toThrow(
      'log cannot be decompressed (needs 2048 MB of memory)',
    );
  });

  test('xz with a check that the decoder does not know', async () => {
    await expect(read(fixture('sha256.xz'), 300)).rejects.toThrow('try xz -dc');
  });

  test.for([
    ['lz4', '\u0004\u0022\u004D\u0018....', 'lz4 -dc log | sender-survey -'],
    ['zip', 'PK\u0003\u0004....', 'unzip -p log | sender-survey -'],
    ['a journal', 'LPKSHHRH........', 'journalctl -o export --file log | sender-survey -'],
  ] as const)('%s is recognised, and it is told how to read it', async ([, magic, advice]) => {
    await expect(read(Buffer.from(magic, 'latin1'), 300)).rejects.toThrow(advice);
  });

  test('a fault of the input itself is no damage', async () => {
    const failing = async function* (): AsyncGenerator<Buffer> {
      yield* chunksOf(fixture('mail.log.gz').subarray(0, 500), 100);
      throw new InputError('log cannot be read: EIO');
    };
    await expect(readAll(decompress('log', failing(), noWarning))).rejects.toThrow('EIO');
  });

  test('what is not read to its end lets the next one be read', async () => {
    for (const name of compressions) {
      for await (const chunk of decompress('log', chunksOf(fixture(`mail.log.${name}`), 100), noWarning)) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      expect((await read(fixture(`mail.log.${name}`), 100)).text).toBe(plain.toString());
    }
  });
});

async function read(bytes: Buffer, chunkLength: number): Promise<{ text: string; warnings: string[] }> {
  const warnings: string[] = [];
  const text = await readAll(decompress('log', chunksOf(bytes, chunkLength), (warning) => warnings.push(warning)));
  return { text: text.toString(), warnings };
}

async function readAll(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of chunks) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

function noWarning(warning: string): void {
  expect(warning).toBe('none');
}

/** As a file is read: a chunk is overwritten once the next one is asked for. */
async function* chunksOf(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(length);
  for (let at = 0; at < bytes.length; at += length) {
    yield chunk.subarray(0, bytes.copy(chunk, 0, at, at + length));
    chunk.fill(0x55);
  }
}

/** An input that gives nothing at all is an error. */
function noOutput(error: unknown): { text: string; warnings: string[] } {
  if (error instanceof InputError)
    return { text: '', warnings: [`${error.message}: log is damaged or cut off (x); read as far as it goes`] };
  throw error;
}
