/**
 * The addresses that our own users wrote to and whose servers took the mail, with how often. They are compared without
 * case, as the `--wanted` list is: people write to `Jo@` and get answers from `jo@`.
 */
import { viewOf } from '../logs/find-bytes.js';
import { formatAddress, parseAddress } from './address.js';
import { longestAddress, SenderTally } from './tally.js';

/** Correspondents found in mail logs. */
export class Correspondents {
  readonly #tally = new SenderTally();
  readonly #folded = viewOf(Buffer.alloc(longestAddress));

  /** How many addresses there are. */
  get size(): number {
    return this.#tally.size;
  }

  /** One more mail went to the address that stands at [start, end). */
  add(bytes: DataView, start: number, end: number): void {
    const length = this.#fold(bytes, start, end);
    if (length > 0) this.#tally.add(this.#folded, 0, length, 1, 0, 0);
  }

  /** How many mails went to the address, in this spelling or in its canonical one. */
  mailsTo(address: string): number {
    if (this.size === 0) return 0;
    const mails = this.#count(address);
    if (mails > 0) return mails;
    const parsed = parseAddress(address);
    return parsed.ok ? this.#count(formatAddress(parsed.mailbox)) : 0;
  }

  #count(address: string): number {
    const bytes = viewOf(Buffer.from(address));
    const found = this.#tally.find(this.#folded, 0, this.#fold(bytes, 0, bytes.byteLength));
    return found < 0 ? 0 : this.#tally.messages(found);
  }

  /** Copies the bytes in lower case; gives how many, 0 where there are too many. */
  #fold(bytes: DataView, start: number, end: number): number {
    if (end - start > longestAddress) return 0;
    for (let i = start; i < end; i++) {
      const byte = bytes.getUint8(i);
      this.#folded.setUint8(i - start, byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);
    }
    return end - start;
  }
}
