/**
 * One connection of a mail server: requests are answered one after the other, in their order, however their bytes come.
 */
import type { Socket } from 'node:net';
import { RequestParser, type PolicyRequest } from './request.js';

/** How long a connection may be idle, longer than Postfix keeps one (smtpd_policy_service_max_ttl, 1,000 s), milliseconds. */
const idleMs = 1_200_000;
/** How long the next piece of a request may take. */
const pieceMs = 60_000;

/** The message that a request is about: there is one request for each of its recipients. */
export interface Message {
  /** Whether it was counted. */
  counted: boolean;
  /** Whether it has been given a header. */
  marked: boolean;
}

/** Gives the action for a request. */
export type Answerer = (request: PolicyRequest, message: Message) => string | Promise<string>;

/** Serves a connection to its end. Never rejects, but on bugs of `answer`. */
export async function serveConnection(
  socket: Socket,
  answer: Answerer,
  wasOverlong: () => void,
  over: AbortSignal,
): Promise<void> {
  const parser = new RequestParser();
  let answering = false;
  let message: Message = { counted: false, marked: false };
  let instance = '';
  const hangUp = (): void => void (answering || socket.destroy());
  over.addEventListener('abort', hangUp);
  socket.setTimeout(idleMs, () => socket.destroy());
  const bytes = chunksOf(socket);
  try {
    for (let chunk = await bytes(); chunk !== null; chunk = over.aborted ? null : await bytes()) {
      answering = true;
      for (const request of parser.push(chunk)) {
        if (request.instance === '' || request.instance !== instance) message = { counted: false, marked: false };
        instance = request.instance;
        const given = answer(request, message);
        await write(socket, `action=${typeof given === 'string' ? given : await given}\n\n`);
      }
      answering = false;
      if (parser.overlong) return wasOverlong();
      socket.setTimeout(parser.isWithin ? pieceMs : idleMs);
    }
  } finally {
    over.removeEventListener('abort', hangUp);
    if (parser.overlong) socket.destroy();
    else socket.end();
  }
}

/** The chunks of a socket one by one; null at its end, and after any error. No more is read than is taken. */
function chunksOf(socket: Socket): () => Promise<Buffer | null> {
  const iterator = socket.iterator({ destroyOnReturn: false });
  return async () => {
    try {
      const { value, done } = (await iterator.next()) as IteratorResult<Buffer, undefined>;
      return done === true ? null : value;
    } catch {
      return null;
    }
  };
}

/** Waits where the other side does not read. */
async function write(socket: Socket, text: string): Promise<void> {
  if (socket.destroyed || socket.write(text)) return;
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      socket.off('drain', settle).off('close', settle);
      resolve();
    };
    socket.on('drain', settle).on('close', settle);
  });
}
