/**
 * What must hold of every input, however damaged: it is read or refused in words, however its bytes are cut; its totals
 * add up; and what is found can be printed one a line.
 */
import { Readable } from 'node:stream';
import { collectSenders, type SenderCount } from '../../src/senders/collect-senders.js';

/** The senders of an input with their messages, or why it is refused. */
export type Found = { readonly senders: readonly string[]; readonly totals: unknown } | { readonly refused: string };

/** Reads bytes as standard input, in pieces of this length. Throws on anything but a refusal in words. */
export async function readSenders(bytes: Buffer, pieceLength: number): Promise<Found> {
  const warnings: string[] = [];
  try {
    const collected = await collectSenders(['-'], {
      format: 'auto',
      senders: 'all',
      includeLocal: true,
      minMessages: 1,
      stdin: Readable.from(pieces(bytes, pieceLength)),
      now: Date.UTC(2026, 10, 25),
      warn: (warning) => void warnings.push(warning),
    });
    const senders = [...collected.senders()];
    assertSound(senders, collected.totals());
    return { senders: senders.map((sender) => JSON.stringify(sender)), totals: collected.totals() };
  } catch (error) {
    if (error instanceof Error && error.name === 'InputError') return { refused: error.message };
    throw error;
  }
}

/** Each piece is a copy, so that nobody can rely on its neighbours. */
function* pieces(bytes: Buffer, length: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield Buffer.from(bytes.subarray(at, at + length));
}

function assertSound(senders: readonly SenderCount[], totals: { readonly senders: number }): void {
  if (senders.length !== totals.senders) throw new Error(`${senders.length} senders, the totals say ${totals.senders}`);
  const distinct = new Set(senders.map(({ address }) => address));
  if (distinct.size !== senders.length) throw new Error('a sender is given twice');
  const unprintable = senders.find(({ address }) => address === '' || /\p{Cc}/u.test(address));
  if (unprintable !== undefined) throw new Error(`control characters: ${JSON.stringify(unprintable.address)}`);
}
