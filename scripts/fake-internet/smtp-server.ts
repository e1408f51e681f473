/**
 * One fake SMTP server: a listener on its address, and what its sessions share.
 */
import net from 'node:net';
import { newTally, type Tally } from './counters.js';
import { seededRandom, type Random } from './random.js';
import { SmtpSession } from './smtp-session.js';
import type { Answer, ServerBehaviour } from './world.js';

/** What the sessions of a server know. */
export interface SmtpHost {
  readonly name: string;
  readonly behaviour: ServerBehaviour;
  readonly random: Random;
  /** Answers for single addresses, by address in lower case. */
  readonly mailboxes: ReadonlyMap<string, Answer>;
  /** When each (client, sender, recipient) was first seen, for greylisting. */
  readonly firstSeen: Map<string, number>;
  /** Its own, that of its operator if it has one, and that of all servers. */
  readonly tallies: readonly [own: Tally, ...others: Tally[]];
}

/** A server that listens. */
export interface SmtpServer {
  readonly close: () => Promise<void>;
}

/** What a server shares with the others of its world. */
export interface Surroundings {
  readonly seed: number;
  readonly mailboxes: ReadonlyMap<string, Answer>;
  /** Tallies that count this server's sessions beside its own. */
  readonly tallies: readonly Tally[];
}

/** The host at an address, with counters of its own. */
export function smtpHost(address: string, behaviour: ServerBehaviour, surroundings: Surroundings): SmtpHost {
  return {
    name: behaviour.host ?? `[${address}]`,
    behaviour,
    random: seededRandom(`${surroundings.seed} ${address}`),
    mailboxes: surroundings.mailboxes,
    firstSeen: new Map(),
    tallies: [newTally(), ...surroundings.tallies],
  };
}

/** Listens at the address. Rejects with the system's error where that cannot be. */
export async function listen(host: SmtpHost, address: string, port: number): Promise<SmtpServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
    const session = new SmtpSession(host, socket);
    // Sessions that ended before this one came are to be counted out first: their end may still wait in this turn.
    setImmediate(() => session.start());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, address, resolve);
  });
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { close };
}
