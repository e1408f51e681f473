/**
 * bzip2 bytes → compressed blocks. A block begins at any bit, with 48 bits that stand nowhere else but by the chance of one
 * in 2^48; the same is true of the end of a stream, after which another one may begin.
 */

/** Pi in BCD: a block begins. */
const blockMagic = 0x314159265359n;
/** The root of pi: a stream ends. */
const endMagic = 0x177245385090n;
const magicBits = 48;
const magicBytes = 6;

/** A compressed block has at most 900,000 symbols of 20 bits, and tables. */
const longestBlock = 4_000_000;

/** A compressed block: it begins `bit` bits into the first of these bytes. */
export interface Bzip2Block {
  readonly bytes: Buffer;
  readonly bit: number;
}

interface Candidate {
  readonly bit: number;
  readonly begins: boolean;
}

/** What may begin where a pair of bytes is the second and third of a magic number: few pairs are, so this is fast. */
const candidates: readonly (readonly Candidate[] | undefined)[] = tableOfCandidates();

/** Cuts bzip2 streams into blocks. */
export class Bzip2Blocks {
  #bytes = Buffer.alloc(0);
  /** The byte to look at next; the one before it has been looked at. */
  #at = 2;
  /** Bit at which the block under way begins; -1 between streams. */
  #begin = -1;

  /** Whether the bytes so far end within a stream. */
  get unfinished(): boolean {
    return this.#begin >= 0;
  }

  /** The blocks that end in this chunk. @throws {Error} where one does not end in reasonable length. */
  *push(chunk: Buffer): Generator<Bzip2Block> {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (; this.#at + magicBytes - 1 <= this.#bytes.length; this.#at++) {
      const found = candidates[this.#bytes.readUInt16BE(this.#at - 1)];
      if (found === undefined) continue;
      for (const { bit, begins } of found) {
        const start = (this.#at - 2) * 8 + bit;
        if (bitsAt(this.#bytes, start) !== (begins ? blockMagic : endMagic)) continue;
        if (this.#begin >= 0) yield this.#block(start);
        this.#begin = begins ? start : -1;
      }
    }
    this.#forget();
  }

  #block(end: number): Bzip2Block {
    return { bytes: this.#bytes.subarray(this.#begin >> 3, (end + 7) >> 3), bit: this.#begin & 7 };
  }

  /** Drops what is not needed any more. */
  #forget(): void {
    const keepFrom = Math.max(0, this.#begin >= 0 ? this.#begin >> 3 : this.#at - 2);
    this.#bytes = this.#bytes.subarray(keepFrom);
    this.#at -= keepFrom;
    if (this.#begin >= 0) this.#begin -= keepFrom * 8;
    if (this.#bytes.length > longestBlock) throw new Error('a block does not end');
  }
}

function tableOfCandidates(): (readonly Candidate[] | undefined)[] {
  const table: (readonly Candidate[] | undefined)[] = Array.from({ length: 65_536 });
  for (const begins of [true, false]) {
    for (let bit = 0; bit < 8; bit++) {
      const pair = Number(((begins ? blockMagic : endMagic) >> BigInt(24 + bit)) & 0xffffn);
      table[pair] = [...(table[pair] ?? []), { bit, begins }];
    }
  }
  return table;
}

/** The 48 bits from this bit on. */
function bitsAt(bytes: Buffer, bit: number): bigint {
  const at = bit >> 3;
  let bits = 0n;
  for (let i = 0; i <= magicBytes; i++) bits = (bits << 8n) | BigInt(bytes[at + i] ?? 0);
  return (bits >> BigInt(8 - (bit & 7))) & ((1n << BigInt(magicBits)) - 1n);
}
