/**
 * A client for the fake internet's own tests: sends text over TCP or TLS and tells what came back, without any notion
 * of what is right.
 */
import net from 'node:net';
import tls from 'node:tls';

/** A conversation in progress. */
export class RawClient {
  #socket: net.Socket;
  #input = '';
  #ended: 'closed' | 'reset' | null = null;
  #wake: () => void = () => {};

  constructor(socket: net.Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** Connects; rejects with the system's error. */
  static async connect(address: string, port: number): Promise<RawClient> {
    const socket = net.connect(port, address);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    return new RawClient(socket);
  }

  /** Sends lines in one packet. */
  send(...lines: readonly string[]): void {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  /** The next whole reply, or how the conversation ended; `silence` where none came in time. */
  async reply(patienceMs = 10_000): Promise<string> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const whole = /^(?:\d{3}-[^\n]*\n)*(?!\d{3}-)[^\n]*\n/.exec(this.#input)?.[0];
      if (whole !== undefined) {
        this.#input = this.#input.slice(whole.length);
        return whole.trimEnd().replaceAll('\r', '');
      }
      if (this.#ended !== null) return this.#ended;
      const left = deadline - performance.now();
      if (left <= 0) return 'silence';
      await this.#something(left);
    }
  }

  /** Goes over to TLS; gives false where the handshake fails. */
  async startTls(): Promise<boolean> {
    this.#socket.removeAllListeners();
    const secure = tls.connect({ socket: this.#socket, rejectUnauthorized: false });
    const done = await new Promise<boolean>((resolve) => {
      secure.once('secureConnect', () => resolve(true)).once('error', () => resolve(false));
    });
    this.#socket = secure;
    this.#listen();
    return done;
  }

  /** Hangs up and waits for it. */
  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.destroy();
    await closed;
  }

  #listen(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.#input += chunk.toString('latin1');
      this.#wake();
    });
    this.#socket.on('error', () => this.#end('reset'));
    this.#socket.on('close', () => this.#end('closed'));
  }

  #end(how: 'closed' | 'reset'): void {
    this.#ended ??= how;
    this.#wake();
  }

  async #something(patienceMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Says the lines, each after the reply to the one before, until they are through or there is no reply. */
export async function converse(
  address: string,
  port: number,
  lines: readonly string[],
  patienceMs?: number,
): Promise<readonly string[]> {
  const client = await RawClient.connect(address, port);
  const replies = [await client.reply(patienceMs)];
  for (const line of lines) {
    if (!/^\d/.test(replies.at(-1) ?? '')) break;
    client.send(line);
    replies.push(await client.reply(patienceMs));
  }
  await client.close();
  return replies;
}
