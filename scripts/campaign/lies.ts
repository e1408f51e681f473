/**
 * Lies of a name server, or of somebody on the way to it, told by the name that is asked for: `noise.lie.example` gets noise.
 */
import { decode, encode, type Packet } from 'dns-packet';
import type { Distort } from '../fake-internet/dns-server.js';

const trap = '127.4.0.1';
const headerLength = 12;

/** What comes in place of the answer, or before it. */
const lies: Readonly<Record<string, (answer: Buffer) => readonly Buffer[]>> = {
  /** Guesses come before the answer, each with an id of its own: none may be believed. */
  spoofed: (answer) => [...guesses(answer), answer],
  'wrong-id': (answer) => guesses(answer),
  'other-question': (answer) => {
    const packet = decode(answer);
    return [
      encode({ ...packet, questions: (packet.questions ?? []).map((one) => ({ ...one, name: 'other.example' })) }),
    ];
  },
  noise: (answer) => [Buffer.concat([answer.subarray(0, 4), Buffer.alloc(200, 0xab)])],
  cut: (answer) => [answer.subarray(0, answer.length - 3)],
  /** The name in the answer is a pointer to itself. */
  'pointer-loop': (answer) => {
    const end = endOfQuestion(answer);
    return [Buffer.concat([answer.subarray(0, end), Buffer.of(0xc0, end), answer.subarray(end + 2)])];
  },
};

/** Lies about the names that ask for it. */
export const distort: Distort = (answer, name) => {
  const lie = /([\w-]+)\.lie\.example$/.exec(name)?.[1];
  return (lie === undefined ? undefined : lies[lie])?.(answer) ?? [answer];
};

function guesses(answer: Buffer): Buffer[] {
  const packet: Packet = decode(answer);
  const answers = (packet.answers ?? []).map((one) => (one.type === 'A' ? { ...one, data: trap } : one));
  return [1, 2, 3].map((step) => encode({ ...packet, id: ((packet.id ?? 0) + step) & 0xffff, answers }));
}

/** The question's name, type and class begin after the header. */
function endOfQuestion(message: Buffer): number {
  let at = headerLength;
  while (message[at]! > 0) at += message[at]! + 1;
  return at + 5;
}
