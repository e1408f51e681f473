/**
 * The opening of a session: connect → greeting → EHLO (or HELO) → perhaps STARTTLS and EHLO again. A server that does
 * not get through it says nothing about any mailbox.
 */
import type { Server } from '../plan/planner.js';
import type { Finding } from './evidence-of.js';
import type { ProbeDependencies, ProbeSettings } from './settings.js';
import { isSuccess, type Answer } from './smtp/answer.js';
import { openConnection } from './smtp/connect.js';
import { Dialogue } from './smtp/dialogue.js';
import { extensionsOf } from './smtp/extensions.js';
import type { Recorder } from './trace.js';

/** A session that is open, or was at least connected. */
export interface Line {
  readonly server: Server;
  readonly dialogue: Dialogue;
  /** What the server offers, by keyword; empty after HELO. */
  extensions: ReadonlySet<string>;
  /** Whether TLS was tried without need, and that broke the conversation. */
  optionalTlsFailed: boolean;
}

/** Milliseconds left for a step that would by itself be given `wantedMs`. */
export type TimeLeft = (wantedMs: number) => number;

/** Connects. The address is checked right here, whatever was checked before: it is the one connected to. */
export async function connectLine(
  server: Server,
  settings: ProbeSettings,
  dependencies: ProbeDependencies,
  timeLeft: TimeLeft,
  record: Recorder | null,
  signal: AbortSignal,
): Promise<Line | Finding> {
  const { address } = server;
  const { port, sourceAddress } = settings;
  if (dependencies.isForbidden(address))
    return { stage: 'connect', answer: { event: 'forbidden-network', detail: `${address} is in a forbidden network` } };
  record?.('*', `connecting to ${server.host} [${address}]:${port}`);
  const timeoutMs = timeLeft(settings.connectTimeoutMs);
  if (timeoutMs === 0) return { stage: 'connect', answer: { event: 'connection-timeout', detail: 'no time left' } };
  const opened = await openConnection(dependencies.connect, { address, port, sourceAddress }, timeoutMs, signal);
  if ('event' in opened) {
    record?.('*', `${opened.event}: ${opened.detail}`);
    return { stage: opened.event === 'hang-up' ? 'greeting' : 'connect', answer: opened };
  }
  record?.('*', 'connected');
  return { server, dialogue: new Dialogue(opened, record), extensions: new Set(), optionalTlsFailed: false };
}

/**
 * Greeting and EHLO, and STARTTLS where it is wanted and offered; null, or what kept the session from opening. The
 * signal closes the connection while the greeting is waited for, since until then nothing may be said, not even QUIT.
 */
export async function openLine(
  line: Line,
  settings: ProbeSettings,
  timeLeft: TimeLeft,
  signal: AbortSignal,
): Promise<Finding | null> {
  const abort = () => line.dialogue.close();
  signal.addEventListener('abort', abort);
  const greeting = await line.dialogue.greeting(timeLeft(settings.replyTimeoutMs));
  signal.removeEventListener('abort', abort);
  if (!isSuccess(greeting)) return { stage: 'greeting', answer: greeting };
  const refusal = await sayHello(line, settings, timeLeft);
  if (refusal !== null || settings.tls !== 'opportunistic' || !line.extensions.has('STARTTLS')) return refusal;
  const failure = await encryptLine(line, settings, timeLeft, 'optional');
  line.optionalTlsFailed = failure !== null && (failure.stage === 'starttls' || failure.answer.event !== 'reply');
  return failure;
}

/**
 * STARTTLS and EHLO again (RFC 3207). Where encryption is optional, a server that offers it and then declines is asked
 * in plain text; a handshake that fails ends the session in any case.
 */
export async function encryptLine(
  line: Line,
  settings: ProbeSettings,
  timeLeft: TimeLeft,
  need: 'optional' | 'demanded',
): Promise<Finding | null> {
  const { dialogue, server } = line;
  const answer = await dialogue.ask('STARTTLS', timeLeft(settings.replyTimeoutMs));
  if (!isSuccess(answer)) return need === 'optional' && dialogue.usable ? null : { stage: 'starttls', answer };
  const failure = await dialogue.startTls(server.host, timeLeft(settings.replyTimeoutMs));
  if (failure !== null) return { stage: 'starttls', answer: failure };
  return sayHello(line, settings, timeLeft);
}

async function sayHello(line: Line, settings: ProbeSettings, timeLeft: TimeLeft): Promise<Finding | null> {
  const { dialogue } = line;
  let answer = await dialogue.ask(`EHLO ${settings.helo}`, timeLeft(settings.replyTimeoutMs));
  line.extensions = answer.event === 'reply' && isSuccess(answer) ? extensionsOf(answer.reply) : new Set();
  if (isPermanent(answer)) answer = await dialogue.ask(`HELO ${settings.helo}`, timeLeft(settings.replyTimeoutMs));
  return isSuccess(answer) ? null : { stage: 'ehlo', answer };
}

function isPermanent(answer: Answer): boolean {
  return answer.event === 'reply' && answer.reply.code >= 500;
}
