/**
 * OpenSMTPD's lines of deliveries to other servers: `<session> mta delivery evpid=... from=<a@b> to=<c@d> rcpt=<-> source="..."
 * relay="192.0.2.1 (mx.example)" delay=1s result="Ok" stat="250 ..."`, until 6.3 with `mta event=delivery`, and before 6.0
 * `relay: Ok for <evpid>: session=..., from=<a@b>, to=<c@d>, rcpt=<->, source=..., relay=192.0.2.1 (mx.example), ...`.
 */
import { byteAt, bytesOf, findFirst, matches, matchesOne } from '../find-bytes.js';
import { senderEnd } from './bracketed-sender.js';

const sessionLength = 16;
const deliveries = [' mta delivery evpid=', ' mta event=delivery evpid='].map(bytesOf);
const oldDelivery = bytesOf('relay: Ok for ');
const to = bytesOf('to=<');
const afterRecipient = [' rcpt=<', ', rcpt=<', ' source=', ', source=', ', relay='].map(bytesOf);
const relays = [' relay="', ', relay='].map(bytesOf);
const result = bytesOf(' result="');
const ok = bytesOf(' result="Ok"');
const loopback = ['127.', '[::1]', '::1'].map(bytesOf);
const letterR = 0x72;

/** Where the envelope's id begins, the first 8 digits of which are the message's; -1 where that is no line of a delivery. */
export function deliveredEnvelope(bytes: DataView, at: number, end: number): number {
  if (byteAt(bytes, at) === letterR) return matches(bytes, at, end, oldDelivery) ? at + oldDelivery.length : -1;
  for (const words of deliveries) {
    if (matches(bytes, at + sessionLength, end, words)) return at + sessionLength + words.length;
  }
  return -1;
}

/** Where the recipient begins of whom a server elsewhere took the mail, and where it ends; null where none did. */
export function takenRecipient(bytes: DataView, at: number, end: number): { start: number; stop: number } | null {
  const found = findFirst(bytes, at, end, to);
  const start = found + to.length;
  const stop = found < 0 ? -1 : senderEnd(bytes, start, end, afterRecipient);
  return stop >= 0 && isTakenElsewhere(bytes, stop, end) ? { start, stop } : null;
}

/** Only what stands before the other server's words counts; the oldest layout has the result before the envelope's id. */
function isTakenElsewhere(bytes: DataView, at: number, end: number): boolean {
  for (const relay of relays) {
    const found = findFirst(bytes, at, end, relay);
    if (found < 0) continue;
    if (matchesOne(bytes, found + relay.length, end, loopback)) return false;
    const outcome = findFirst(bytes, found, end, result);
    return outcome < 0 ? byteAt(bytes, found) === 0x2c : matches(bytes, outcome, end, ok);
  }
  return false;
}
