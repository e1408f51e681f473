/**
 * What OpenSMTPD says of a MAIL command that it refused: `... command="MAIL FROM:<a@b>  SIZE=1" result="553 5.1.0 ..."`, before
 * 6.0 `...: "MAIL FROM:<a@b>  " => 421 4.3.0: ...`. Other commands name no sender.
 */
import { byteAt, bytesOf, findByte, findFirst, numberAt } from '../find-bytes.js';
import { senderEnd } from './bracketed-sender.js';

const quote = 0x22;
const space = 0x20;
const bracketStart = 0x3c;
const mailFrom = bytesOf('mail from:');
const afterSender = [' ', '"'].map(bytesOf);
const afterCommand = ['" result="', '" => '].map(bytesOf);
/** `503 5.5.1 Invalid command` is about the order of commands and not about the sender. */
const badSequence = 503;

/** Where the sender of the refused MAIL command after `at` begins; -1 where it is another command, or not refused. */
export function refusedSenderStart(bytes: DataView, at: number, end: number): number {
  const opening = findByte(bytes, at, end, quote);
  if (opening < 0) return -1;
  for (let i = 0; i < mailFrom.length; i++) {
    if (opening + 1 + i >= end || lowerCase(bytes.getUint8(opening + 1 + i)) !== mailFrom[i]) return -1;
  }
  let start = opening + 1 + mailFrom.length;
  while (start < end && bytes.getUint8(start) === space) start++;
  return byteAt(bytes, start) === bracketStart && start < end ? start + 1 : -1;
}

/** Where that sender ends; -1 where the line is cut off before. */
export function refusedSenderEnd(bytes: DataView, start: number, end: number): number {
  return senderEnd(bytes, start, end, afterSender);
}

/** Whether the reply after `at` is about the sender. */
export function isAboutSender(bytes: DataView, at: number, end: number): boolean {
  for (const words of afterCommand) {
    const found = findFirst(bytes, at, end, words);
    if (found >= 0) return numberAt(bytes, found + words.length, end) !== badSequence;
  }
  return true;
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
