/**
 * The server's end of a connection on which something is going to go wrong, and the faults that take time: endless
 * output at the pace it is read, a trickle, and handshakes that fail.
 */
import type { Socket } from 'node:net';

/** One connection, as a fault sees it. */
export interface Line {
  readonly socket: Socket;
  /** Milliseconds between the bytes of a trickle. */
  readonly trickleMs: number;
  write(text: string | Uint8Array): void;
  /** Writes a reply, and goes on as after a good one. */
  say(reply: string): void;
  /**
   * What a good server does after its reply: TLS after STARTTLS, hanging up after QUIT, else listening for more. Where a
   * fault does not go on, nothing more is heard.
   */
  goOn(): void;
  /** How many commands came before this one in its packet: above 0, it was pipelined. */
  readonly pipelined: number;
}

/** Writes `start` and then `piece` for ever, as fast as it is read. */
export function endlessly({ socket }: Line, start: string, piece: string | Uint8Array): void {
  socket.write(start);
  const more = (): void => {
    while (!socket.destroyed && socket.writable) if (!socket.write(piece)) return;
  };
  socket.on('drain', more);
  more();
}

/** Writes the text byte by byte, with a pause after each. */
export function trickle({ socket, trickleMs }: Line, text: string): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at < text.length && socket.writable) socket.write(text.charAt(at++));
    else clearInterval(timer);
  }, trickleMs);
  socket.on('close', () => clearInterval(timer));
}

interface Handshake {
  /** Takes part in STARTTLS up to its 220, and does this in place of the handshake. */
  readonly strike: (line: Line) => void;
  readonly expected: string;
}

const ready = '220 2.0.0 go ahead\r\n';
/** A TLS alert: fatal, handshake failure (RFC 5246 section 7.2). */
const alert = Buffer.of(0x15, 3, 3, 0, 2, 2, 40);
/** The first bytes of a TLS record that says it is a long one. */
const recordHead = Buffer.of(0x16, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xfc);

/** After STARTTLS was granted. */
export const handshakes: Readonly<Record<string, Handshake>> = {
  'handshake-silence': { strike: ({ socket }) => socket.write(ready), expected: 'no-answer/timeout at starttls' },
  'handshake-trickle': {
    strike: (line) => {
      line.write(ready);
      line.socket.once('data', () => trickle(line, '\x16\x03\x03\x40\0\x02\0\x3f\xfc'.padEnd(1000, '\x03')));
    },
    expected: 'no-answer/timeout at starttls',
  },
  'handshake-noise': { strike: inHandshake('no TLS here\r\n'), expected: 'no-answer/tls-failed at starttls' },
  'handshake-alert': { strike: inHandshake(alert), expected: 'no-answer/tls-failed at starttls' },
  'handshake-endless': {
    strike: (line) => {
      line.write(ready);
      line.socket.once('data', () => endlessly(line, '', Buffer.concat([recordHead, Buffer.alloc(60_000)])));
    },
    expected: 'no-answer/tls-failed at starttls',
  },
  'handshake-closed': {
    strike: ({ socket }) => {
      socket.write(ready);
      socket.once('data', () => socket.end());
    },
    expected: 'no-answer/tls-failed at starttls',
  },
  'handshake-reset': {
    strike: ({ socket }) => {
      socket.write(ready);
      socket.once('data', () => socket.resetAndDestroy());
    },
    expected: 'no-answer/tls-failed at starttls',
  },
};

function inHandshake(answer: string | Uint8Array): Handshake['strike'] {
  return ({ socket }) => {
    socket.write(ready);
    socket.once('data', () => socket.write(answer));
  };
}
