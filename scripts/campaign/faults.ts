/**
 * What a hostile mail server may do in place of a reply, and what CONTRACT has to come of it: each fault at each stage
 * of a session is one case.
 */
import { endlessly, handshakes, trickle, type Line } from './faulty-line.js';

/** The stages of a session at which a fault can strike. */
export const stages = ['greeting', 'ehlo', 'starttls', 'mail', 'rcpt', 'rset', 'quit'] as const;
/** One of them. */
export type Stage = (typeof stages)[number];

/** A verdict as `verdict/reason at stage`, or without a reason where any will do. */
export type Expected = string;

/** One fault at one stage. */
export interface FaultCase {
  /** `rcpt-silence`; part of a domain name. */
  readonly name: string;
  readonly stage: Stage;
  /** Does it: `reply` is what a good server would say now, without its line end. */
  readonly strike: (line: Line, reply: string) => void;
  /** Of each sender asked about there. */
  readonly expected: Expected;
}

interface Fault {
  readonly name: string;
  readonly strike: FaultCase['strike'];
  /** What follows where it strikes at this stage; null where it cannot. */
  readonly expected: (stage: Stage) => Expected | null;
}

const accepted = 'accepted/ok at rcpt';

/** What keeps the reply from coming. By the time of RSET and QUIT all that is asked of this session is answered. */
function without(reason: string): Fault['expected'] {
  return (stage) => (stage === 'rset' || stage === 'quit' ? accepted : `no-answer/${reason} at ${stage}`);
}

/** A whole reply of this verdict. Without TLS, without RSET and without QUIT all can still be asked. */
function verdict(word: string): Fault['expected'] {
  return (stage) => (stage === 'rset' || stage === 'quit' ? accepted : `${word} at ${stage}`);
}

/** The stage at which it shows that there was one reply too many; after STARTTLS it breaks the handshake. */
const nextStage: Readonly<Record<Stage, Expected>> = {
  greeting: 'no-answer/not-smtp at ehlo',
  ehlo: 'no-answer/not-smtp at mail',
  starttls: 'no-answer/tls-failed at starttls',
  mail: 'no-answer/not-smtp at rcpt',
  rcpt: accepted,
  rset: accepted,
  quit: accepted,
};

const only =
  (wanted: Stage, expected: Expected): Fault['expected'] =>
  (stage) =>
    stage === wanted ? expected : null;

function reply(name: string, code: string, word: string): Fault {
  return { name, strike: (line) => line.say(`${code} no`), expected: verdict(word) };
}

const faults: readonly Fault[] = [
  { name: 'silence', strike: () => {}, expected: without('timeout') },
  { name: 'trickle', strike: (line, text) => trickle(line, text.padEnd(4000, '.')), expected: without('timeout') },
  {
    name: 'unfinished',
    strike: (line, text) => line.write(`${text.replace(' ', '-')}\r\n`),
    expected: without('timeout'),
  },
  { name: 'half-line', strike: (line, text) => line.write(text), expected: without('timeout') },
  {
    name: 'endless-line',
    strike: (line, text) => endlessly(line, text.slice(0, 4), 'x'.repeat(65_536)),
    expected: without('reply-too-long'),
  },
  {
    name: 'endless-continuation',
    strike: (line, text) => endlessly(line, '', `${text.slice(0, 3)}-more\r\n`.repeat(4096)),
    expected: without('reply-too-long'),
  },
  { name: 'endless-noise', strike: (line) => endlessly(line, '', noise), expected: without('not-smtp') },
  {
    name: 'endless-replies',
    strike: (line, text) => endlessly(line, '', `${text}\r\n`.repeat(4096)),
    expected: (stage) => nextStage[stage],
  },
  {
    name: 'reply-before-command',
    strike: (line, text) => {
      line.write(`${text}\r\n250 too early\r\n`);
      line.goOn();
    },
    expected: (stage) => (stage === 'starttls' ? accepted : nextStage[stage]),
  },
  { name: 'changing-code', strike: (line) => line.say('250-yes\r\n550 no'), expected: without('not-smtp') },
  { name: 'three-hundred', strike: (line) => line.say('354 go on'), expected: without('not-smtp') },
  {
    name: 'nul-and-eight-bit',
    strike: (line, text) => {
      line.write(Buffer.from(`${text} \0\x07\x1b]0;title\x07 \xff\xfe\xc3\r\n`, 'latin1'));
      line.goOn();
    },
    expected: () => accepted,
  },
  {
    name: 'nul-before-code',
    strike: (line, text) => line.write(`\0${text}\r\n`),
    expected: without('not-smtp'),
  },
  {
    name: 'closed',
    strike: ({ socket }) => socket.end(() => socket.destroy()),
    expected: without('hang-up'),
  },
  { name: 'half-closed', strike: ({ socket }) => socket.end(), expected: without('hang-up') },
  {
    name: 'closed-in-a-reply',
    strike: (line, text) => line.socket.end(text.slice(0, 6)),
    expected: without('hang-up'),
  },
  { name: 'reset', strike: (line) => line.socket.resetAndDestroy(), expected: without('hang-up') },
  {
    name: 'closing-down',
    strike: (line) => line.socket.end('421 4.3.2 closing down\r\n'),
    expected: verdict('deferred'),
  },
  reply('deferred', '451 4.3.0', 'deferred'),
  reply('refused', '554 5.3.0', 'rejected'),
  {
    name: 'too-few-replies',
    strike: (line, text) => (line.pipelined < 2 ? line.say(text) : line.goOn()),
    expected: only('rcpt', accepted),
  },
  {
    name: 'too-many-replies',
    strike: (line, text) => line.say(line.pipelined < 2 ? text : `${text}\r\n550 5.1.1 not you\r\n550 5.1.1 nor you`),
    expected: only('rcpt', accepted),
  },
  ...Object.entries(handshakes).map(([name, { strike, expected }]) => {
    return { name, strike, expected: only('starttls', expected) };
  }),
];

/** Bytes that are no SMTP, always the same. */
const noise = Buffer.from(Array.from({ length: 65_536 }, (_, at) => (at * 167 + (at >> 8) * 13 + 0x80) & 0xff));

/** Every fault at every stage where it can strike. */
export const faultCases: readonly FaultCase[] = faults.flatMap(({ name, strike, expected }) =>
  stages.flatMap((stage) => {
    const found = expected(stage);
    return found === null ? [] : [{ name: `${stage}-${name}`, stage, strike, expected: found }];
  }),
);

/** Those that keep a session waiting to its deadline. */
export const slowCases = faultCases.filter(({ expected }) => expected.includes('/timeout'));
