/**
 * How much memory a zstd input asks for: follows its frames and blocks (RFC 8878 section 3.1.1) without undoing them.
 */

/** As much as the zstd program allows without being told (`--long=27`). */
const largestWindow = 128 * 1024 * 1024;

const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
/** Magic number, descriptor, window descriptor, dictionary id and content size at their longest. */
const longestHeader = 18;
const blockHeaderLength = 3;
const checksumLength = 4;

/** Watches the compressed bytes go by. */
export class ZstdWindowGuard {
  /** A header that is not complete yet. */
  #header: number[] = [];
  #awaited: 'frame' | 'block' = 'frame';
  #checksum = 0;
  /** Bytes to pass over before the next header. */
  #skip = 0;

  /** @throws {Error} where a frame wants a larger window than is allowed. What is no zstd is left to the decoder. */
  check(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const skipped = Math.min(this.#skip, bytes.length - at);
      this.#skip -= skipped;
      at += skipped;
      if (at < bytes.length) this.#header.push(bytes[at++]!);
      if (this.#awaited === 'frame') this.#readFrameHeader();
      else if (this.#header.length === blockHeaderLength) this.#readBlockHeader();
    }
  }

  #readFrameHeader(): void {
    const header = Buffer.from(this.#header);
    if (header.length >= 8 && (header.readUInt32LE(0) & ~0xf) >>> 0 === skippableMagic) {
      this.#next('frame', header.readUInt32LE(4));
    } else if (header.length >= 5 && header.readUInt32LE(0) === frameMagic) {
      const frame = readFrame(header);
      if (frame === null) return;
      if (frame.window > largestWindow) throw new Error(`needs ${Math.ceil(frame.window / 1_048_576)} MB of memory`);
      this.#checksum = frame.checksum;
      this.#next('block', 0);
    } else if (header.length >= longestHeader) {
      this.#next('frame', Number.MAX_SAFE_INTEGER);
    }
  }

  /** Three bytes: whether it is the last block, its type, and its size; a block of type RLE is one byte. */
  #readBlockHeader(): void {
    const [low = 0, middle = 0, high = 0] = this.#header;
    const header = low | (middle << 8) | (high << 16);
    const size = ((header >> 1) & 3) === 1 ? 1 : header >> 3;
    if ((header & 1) === 1) this.#next('frame', size + this.#checksum);
    else this.#next('block', size);
  }

  #next(awaited: 'frame' | 'block', skip: number): void {
    this.#awaited = awaited;
    this.#skip = skip;
    this.#header = [];
  }
}

/** Window size and length of the checksum; null while the header is not complete. */
function readFrame(header: Buffer): { window: number; checksum: number } | null {
  const descriptor = header[4]!;
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const sizeLength = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const sizeAt = 5 + (single ? 0 : 1) + dictionary;
  if (header.length < sizeAt + sizeLength) return null;
  const checksum = (descriptor & 4) === 0 ? 0 : checksumLength;
  if (single) return { window: contentSize(header, sizeAt, sizeLength), checksum };
  const exponent = header[5]! >> 3;
  const base = 2 ** (10 + exponent);
  return { window: base + (base / 8) * (header[5]! & 7), checksum };
}

function contentSize(header: Buffer, at: number, length: number): number {
  switch (length) {
    case 1:
      return header[at]!;
    case 2:
      return header.readUInt16LE(at) + 256;
    case 4:
      return header.readUInt32LE(at);
    default:
      return Number(header.readBigUInt64LE(at));
  }
}
