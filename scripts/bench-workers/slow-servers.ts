/**
 * Servers that take their time with each reply, as real ones do, as a process of its own. Tells its parent where it listens; ends
 * when it is ended.
 *
 *   slow-servers.js DOMAINS REPLY_MS
 */
import { startFakeInternet } from '../fake-internet/start.js';
import type { NameRecords, ServerBehaviour } from '../fake-internet/world.js';

const [domains, replyMs] = process.argv.slice(2).map(Number) as [number, number];
const names: Record<string, NameRecords> = {};
const servers: Record<string, ServerBehaviour> = {};
for (let i = 0; i < domains; i++) {
  const address = `127.46.${i >> 8}.${i & 255}`;
  names[`d${i}.example`] = { mx: [`10 mx.d${i}.example`] };
  names[`mx.d${i}.example`] = { a: [address] };
  servers[address] = { replyMs: [replyMs, replyMs] };
}
const { resolver, smtpPort } = await startFakeInternet({ names, servers });
process.send?.({ resolver, smtpPort });
