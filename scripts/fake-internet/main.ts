/**
 * The fake internet by itself, to try the command on by hand: runs until Ctrl-C, then tells what its servers saw.
 *
 *   node dist/scripts/fake-internet/main.js              one domain for each way to answer (one-of-each.ts)
 *   node dist/scripts/fake-internet/main.js survey 0.05  the survey of 2005 at that scale
 */
import { askedTwice, mostStartsWithin } from './counters.js';
import { addressOf, examples, worldOf } from './one-of-each.js';
import { startFakeInternet, type FakeInternet } from './start.js';
import { survey2005 } from './survey-2005.js';
import type { World } from './world.js';

const [kind = 'examples', scale = '1'] = process.argv.slice(2);
const { world, addresses } = choose(kind, Number(scale));
const internet = await startFakeInternet(world);
process.stdout.write(instructions(internet, addresses));
await new Promise<void>((resolve) => process.once('SIGINT', () => resolve()));
await internet.close();
process.stdout.write(whatWasSeen(internet));

function choose(name: string, size: number): { world: World; addresses: readonly string[] } {
  if (name === 'examples') return { world: worldOf(), addresses: examples.map(addressOf) };
  if (name !== 'survey' || !(size > 0 && size <= 1)) throw new Error('usage: main.js [examples | survey SCALE]');
  const { world: made, senders } = survey2005({ scale: size });
  return { world: made, addresses: senders.map(({ address }) => address) };
}

function instructions({ resolver, smtpPort, counters }: FakeInternet, all: readonly string[]): string {
  const options = `--resolver ${resolver} --port ${smtpPort} --allow-net 127.0.0.0/8 --helo probe.example`;
  return `${counters.servers.size} SMTP servers and a name server are listening. In another terminal:

  node dist/bundle/main.js probe ${options} ${all[0]}

Addresses to ask about: ${all.slice(0, 60).join(' ')}${all.length > 60 ? ` … (${all.length} in all)` : ''}

Ctrl-C ends it.
`;
}

function whatWasSeen({ counters: { all, servers } }: FakeInternet): string {
  const lines = [...servers]
    .filter(([, { connections }]) => connections > 0)
    .map(([address, seen]) => {
      const commands = Object.entries(seen.commands).map(([verb, times]) => `${verb} ${times}`);
      const rate = mostStartsWithin(seen, 60_000);
      return `${address.padEnd(15)} ${seen.connections} sessions, ${seen.mostOpen} at once, ${rate} a minute: ${commands.join(', ')}`;
    });
  const faults = `${all.withoutQuit} sessions without QUIT, ${askedTwice(all).length} addresses asked twice`;
  return `\n${lines.join('\n')}\n${faults}\n`;
}
