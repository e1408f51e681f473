/**
 * Asking scripted servers, for the tests of sessions: one call gives the report, the conversation, and the verdicts in
 * words, after it made sure that nothing stays open.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Recipient } from '../plan/planner.js';
import type { Mailbox } from '../senders/address.js';
import { judge } from '../verdict/judge.js';
import {
  readTranscript,
  startScriptedServer,
  type Delivery,
  type ScriptedServer,
} from './scripted-server.test-support.js';
import { ServerMemory } from './server-memory.js';
import { probeBatch, type ProbeSettings, type TraceEntry, type TraceLine } from './session.js';
import { connectTcp, type Connector } from './smtp/connect.js';

export const defaults: ProbeSettings = {
  helo: 'probe.example',
  mailFrom: '',
  port: 0,
  tls: 'on-demand',
  catchAll: false,
  sessionRecipients: 10,
  connectTimeoutMs: 2000,
  replyTimeoutMs: 2000,
  senderTimeoutMs: 5000,
  sourceAddress: null,
};
const never = new AbortController().signal;

export function mailboxOf(address: string): Mailbox {
  const [localPart = '', domain = ''] = address.split('@');
  return { localPart, domain, smtputf8: /[^ -~]/.test(localPart) };
}

export interface Ask {
  readonly recipients?: readonly string[];
  readonly settings?: Partial<ProbeSettings>;
  readonly batch?: { readonly attempts?: number; readonly spentMs?: number; readonly address?: string };
  readonly forbidden?: boolean;
  readonly signal?: AbortSignal;
  readonly connect?: Connector;
  /** The trace line from which on the server is given little time: what comes before may take long on a busy machine. */
  readonly hurryAfter?: string;
  readonly onLine?: (line: TraceLine) => unknown;
  readonly mailboxes?: readonly Mailbox[];
  readonly memory?: ServerMemory;
  readonly now?: () => number;
}

/** Asks a server, and makes sure that nothing stays open afterwards. */
export async function ask(server: Pick<ScriptedServer, 'port' | 'closed'>, request: Ask = {}) {
  const { attempts = 0, spentMs = 0, address = '127.0.0.1' } = request.batch ?? {};
  const mailboxes = request.mailboxes ?? (request.recipients ?? ['alice@one.example']).map(mailboxOf);
  const settings = { ...defaults, port: server.port, ...request.settings };
  const traces: TraceEntry[] = [];
  const lines: TraceLine[] = [];
  const timersBefore = countResources('Timeout');
  const report = await probeBatch(
    {
      server: { host: 'mx.one.example', address, site: 'one.example' },
      recipients: mailboxes.map((mailbox, senderId) => ({ senderId, mailbox })),
      attempts,
      spentMs,
    },
    settings,
    {
      connect: request.connect ?? connectTcp,
      now: request.now ?? Date.now,
      isForbidden: () => request.forbidden ?? false,
      random: () => 0,
      memory: request.memory ?? new ServerMemory(),
      trace: (entry) => traces.push(entry),
      traceLine: (line) => {
        lines.push(line);
        if (line.text === request.hurryAfter) settings.replyTimeoutMs = 20;
        request.onLine?.(line);
      },
    },
    request.signal ?? never,
  );
  await server.closed();
  expect(countResources('Timeout')).toBeLessThanOrEqual(timersBefore);
  // The system takes a turn or two to close what was destroyed.
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  expect(countResources('TCPSocketWrap')).toBe(0);
  return {
    ...report,
    trace: traces[0],
    lines,
    verdicts: report.results.map(({ recipient, evidence }) => verdictOf(recipient, evidence)),
    moveOnVerdict: report.moveOn && verdictOf(undefined, report.moveOn),
    unaskedParts: report.unasked.map(({ mailbox }) => mailbox.localPart),
  };
}

function verdictOf(recipient: Recipient | undefined, evidence: Parameters<typeof judge>[0]): string {
  const address = recipient === undefined ? '' : `${recipient.mailbox.localPart}@${recipient.mailbox.domain}`;
  const { verdict, reason } = judge(evidence, address);
  const { stage, replyCode, enhancedCode } = evidence;
  return [`${verdict}/${reason}`, `at ${stage}`, replyCode, enhancedCode].filter((part) => part !== null).join(' ');
}

function countResources(name: string): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === name).length;
}

/** Asks a server that follows the transcript `fixtures/smtp/NAME.txt`. */
export function askScripted(name: string, request: Ask = {}, delivery: Delivery = {}) {
  return askTranscript(readTranscript(name), request, delivery);
}

/** Asks a server that follows this transcript. */
export async function askTranscript(transcript: string, request: Ask = {}, delivery: Delivery = {}) {
  await using server = await startScriptedServer(transcript, delivery);
  const outcome = await ask(server, request);
  expect(server.mismatches).toEqual([]);
  return { ...outcome, received: server.received, serverNames: server.serverNames };
}
