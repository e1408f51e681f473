/**
 * A DNS server on loopback for tests, answering from a zone written as text the way a recursive server would: it follows
 * CNAMEs, says NXDOMAIN of names it does not know, and truncates over UDP what does not fit in 512 octets.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { decode, encode, type Answer, type Packet } from 'dns-packet';

/** A running server. */
export interface DnsServer {
  /** As `createDnsResolver` takes it. */
  readonly address: string;
  /** What was asked so far, such as `udp MX example.test`. */
  readonly queries: string[];
  close(): Promise<void>;
}

/** Reply codes of RFC 1035 section 4.1.1. */
const replyCodes: Readonly<Record<string, number>> = { FORMERR: 1, SERVFAIL: 2, NOTIMP: 4, REFUSED: 5 };
const nxdomain = 3;
/** QR and RA. */
const responseFlags = 0x80_80;
const truncated = 0x02_00;

interface Line {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly data: string;
}

/**
 * Starts a server for a zone of lines `name [ttl] type data` with type A, AAAA, CNAME, MX or NONE (the name exists).
 * Instead of data there may be a reply code (SERVFAIL, REFUSED, FORMERR, NOTIMP), SILENCE or GARBAGE.
 */
export async function startDnsServer(zone: string): Promise<DnsServer> {
  const lines = zone.split('\n').flatMap(parseLine);
  const queries: string[] = [];
  const respond = (message: Buffer, transport: 'udp' | 'tcp'): Buffer | null => {
    const query = decode(message);
    const { name, type } = query.questions?.[0] ?? { name: '', type: 'A' };
    queries.push(`${transport} ${type} ${name}`);
    const reply = answer(query, lines, name.toLowerCase(), type);
    return transport === 'udp' && reply && reply.length > 512 ? truncate(query) : reply;
  };

  const udp = createSocket('udp4');
  udp.on('message', (message, from) => {
    const reply = respond(message, 'udp');
    if (reply) udp.send(reply, from.port, from.address);
  });
  const connections = new Set<Socket>();
  const tcp = createServer((socket) => {
    connections.add(socket.on('close', () => connections.delete(socket)).on('error', () => socket.destroy()));
    // Queries are small, and each comes in a packet of its own.
    socket.on('data', (data) => {
      const reply = respond(data.subarray(2), 'tcp');
      if (reply) socket.write(Buffer.concat([Buffer.from([reply.length >> 8, reply.length & 0xff]), reply]));
    });
  });

  udp.bind(0, '127.0.0.53');
  await once(udp, 'listening');
  const { port } = udp.address();
  tcp.listen(port, '127.0.0.53');
  await once(tcp, 'listening');
  const close = async () => {
    for (const socket of connections) socket.destroy();
    await Promise.all([new Promise<void>((done) => udp.close(done)), new Promise((done) => tcp.close(done))]);
  };
  return { address: `127.0.0.53:${port}`, queries, close };
}

function parseLine(text: string): Line[] {
  const fields = /^\s*(\S+)\s+(?:(\d+)\s+)?([A-Z]+)\s*(.*?)\s*$/.exec(text);
  if (!fields) return [];
  const [, name = '', ttl = '60', type = '', data = ''] = fields;
  return [{ name, type, ttl: Number(ttl), data }];
}

function answer(query: Packet, lines: readonly Line[], name: string, type: string): Buffer | null {
  const answers: Answer[] = [];
  for (let current = name; ;) {
    const own = lines.filter((line) => line.name === current);
    const alias = own.find((line) => line.type === 'CNAME');
    const found = alias ? [alias] : own.filter((line) => line.type === type);
    const special = found[0]?.data ?? '';
    if (special === 'SILENCE') return null;
    if (special === 'GARBAGE') return Buffer.concat([idOf(query), Buffer.from('this is no DNS')]);
    const replyCode = replyCodes[special];
    if (replyCode !== undefined) return encodeReply(query, replyCode, []);
    answers.push(...found.flatMap(toAnswers));
    if (!alias) return encodeReply(query, own.length === 0 ? nxdomain : 0, answers);
    current = alias.data;
  }
}

function toAnswers({ name, type, ttl, data }: Line): Answer[] {
  if (type === 'A' || type === 'AAAA' || type === 'CNAME') return [{ name, type, ttl, data }];
  const [, preference, exchange] = /^(\d+) (.*)$/.exec(data) ?? [];
  return type === 'MX' ? [{ name, type, ttl, data: { preference: Number(preference), exchange: exchange ?? '' } }] : [];
}

function encodeReply(query: Packet, flags: number, answers: Answer[]): Buffer {
  const { id = 0, questions = [] } = query;
  return encode({ type: 'response', id, flags: responseFlags | flags, questions, answers });
}

function truncate(query: Packet): Buffer {
  return encodeReply(query, truncated, []);
}

function idOf({ id = 0 }: Packet): Buffer {
  return Buffer.from([id >> 8, id & 0xff]);
}
