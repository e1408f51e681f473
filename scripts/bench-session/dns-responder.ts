/**
 * A name server for benchmarks, a process of its own: every domain has one exchanger, at the address given. It copies
 * the question and adds one record, so that it takes next to nothing of the machine. Prints its port.
 *
 *   node dns-responder.js ADDRESS
 *
 * `d7.own.example` has an exchanger of its own, `mx.d7.own.example`; all others share `mx.<their parent domain>`.
 */
import { createSocket } from 'node:dgram';

const [address = '127.0.0.1'] = process.argv.slice(2);
const types = { a: 1, mx: 15 } as const;
const headerLength = 12;

const socket = createSocket('udp4');
socket.on('message', (query, from) => {
  const end = query.indexOf(0, headerLength) + 5;
  const type = query.readUInt16BE(end - 4);
  const data = recordData(type, query);
  const response = Buffer.alloc(end + (data === null ? 0 : 12 + data.length));
  query.copy(response, 0, 0, end);
  response.writeUInt16BE(0x8580, 2);
  response.writeUInt16BE(data === null ? 0 : 1, 6);
  response.fill(0, 8, headerLength);
  if (data !== null) {
    // The name is that of the question, by a pointer to it (RFC 1035 section 4.1.4).
    response.writeUInt16BE(0xc000 + headerLength, end);
    response.writeUInt16BE(type, end + 2);
    response.writeUInt16BE(1, end + 4);
    response.writeUInt32BE(3600, end + 6);
    response.writeUInt16BE(data.length, end + 10);
    data.copy(response, end + 12);
  }
  socket.send(response, from.port, from.address);
});
socket.bind(0, '127.0.0.1', () => console.log(socket.address().port));

function recordData(type: number, query: Buffer): Buffer | null {
  if (type === types.a) return Buffer.from(address.split('.').map(Number));
  if (type !== types.mx) return null;
  const first = 1 + (query[headerLength] ?? 0);
  const hasOwn = query.includes('own', headerLength + first, 'latin1');
  const target = 0xc000 + headerLength + (hasOwn ? 0 : first);
  return Buffer.from([0, 10, 2, 0x6d, 0x78, target >> 8, target & 0xff]);
}
