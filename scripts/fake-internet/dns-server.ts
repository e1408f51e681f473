/**
 * The fake internet's name server: UDP, and TCP for answers that do not fit (RFC 7766), on 127.0.0.1.
 */
import dgram from 'node:dgram';
import net from 'node:net';
import { decode, encode, streamEncode, TRUNCATED_RESPONSE, type Packet } from 'dns-packet';
import { answerQuery, zoneOf } from './dns-answers.js';
import { between, type Random } from './random.js';
import type { World } from './world.js';

const host = '127.0.0.1';
/** Largest answer over UDP for a client without EDNS (RFC 1035 section 4.2.1). */
const plainUdpSize = 512;

/** A running name server. */
export interface DnsServer {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** How often each question was asked, by `MX example.org`. */
  readonly questions: ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
}

/** What goes out over UDP in place of the answer to a question for this name. */
export type Distort = (answer: Buffer, name: string) => readonly Buffer[];

/** Starts a name server for the world's names, on a free port. It tells the truth unless `distort` makes it lie. */
export async function startDnsServer(
  world: World,
  random: Random,
  distort: Distort = (answer) => [answer],
): Promise<DnsServer> {
  const zone = zoneOf(world);
  const questions = new Map<string, number>();
  const timers = new Set<NodeJS.Timeout>();

  /** Counts the question and hands over the answer when it is due. */
  const answer = (message: Buffer, send: (query: Packet, response: Packet) => void): void => {
    const query = decodeQuery(message);
    if (query === null) return;
    count(questions, query);
    const response = answerQuery(zone, query);
    if (response === null) return;
    const delay = world.dnsMs ? between(random, ...world.dnsMs) : 0;
    if (delay === 0) return send(query, response);
    const timer = setTimeout(() => {
      timers.delete(timer);
      send(query, response);
    }, delay);
    timers.add(timer);
  };

  const { udp, tcp, port } = await bindBoth();
  udp.on('message', (message, client) => {
    answer(message, (query, response) => {
      const name = query.questions?.[0]?.name ?? '';
      for (const packet of distort(fitted(query, response), name)) udp.send(packet, client.port, client.address);
    });
  });
  const sockets = new Set<net.Socket>();
  tcp.on('connection', (socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy()));
    eachMessage(socket, (message) => answer(message, (_query, response) => socket.write(streamEncode(response))));
  });

  const close = async (): Promise<void> => {
    for (const timer of timers) clearTimeout(timer);
    for (const socket of sockets) socket.destroy();
    await Promise.all([
      new Promise<void>((resolve) => udp.close(() => resolve())),
      new Promise<void>((resolve) => tcp.close(() => resolve())),
    ]);
  };
  return { address: `${host}:${port}`, questions, close };
}

function decodeQuery(message: Buffer): Packet | null {
  try {
    const packet = decode(message);
    return packet.type === 'query' ? packet : null;
  } catch {
    return null;
  }
}

function count(questions: Map<string, number>, query: Packet): void {
  for (const { type, name } of query.questions ?? []) {
    const key = `${type} ${name.toLowerCase()}`;
    questions.set(key, (questions.get(key) ?? 0) + 1);
  }
}

/** The answer as a datagram; where it is too long for the client, an empty one that sends it to TCP. */
function fitted(query: Packet, response: Packet): Buffer {
  const edns = query.additionals?.find((record) => record.type === 'OPT');
  const room = Math.max(plainUdpSize, edns?.udpPayloadSize ?? 0);
  const whole = encode(response);
  if (whole.length <= room) return whole;
  return encode({ ...response, flags: (response.flags ?? 0) | TRUNCATED_RESPONSE, answers: [] });
}

/** Cuts a TCP stream into messages, each after its length in two bytes (RFC 1035 section 4.2.2). */
function eachMessage(socket: net.Socket, take: (message: Buffer) => void): void {
  let input = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    input = Buffer.concat([input, chunk]);
    while (input.length >= 2 && input.length >= 2 + input.readUInt16BE(0)) {
      const end = 2 + input.readUInt16BE(0);
      take(input.subarray(2, end));
      input = input.subarray(end);
    }
  });
}

/** A UDP and a TCP socket on the same free port. */
async function bindBoth(): Promise<{ udp: dgram.Socket; tcp: net.Server; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const udp = dgram.createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      udp.once('error', reject).bind(0, host, resolve);
    });
    const { port } = udp.address();
    const tcp = net.createServer();
    try {
      await new Promise<void>((resolve, reject) => {
        tcp.once('error', reject).listen(port, host, resolve);
      });
      return { udp, tcp, port };
    } catch (error) {
      udp.close();
      if (attempt === 10) throw error;
    }
  }
}
