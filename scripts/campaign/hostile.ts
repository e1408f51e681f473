/**
 * Hostile addresses and replies through every output: nothing that shows them obeys, no command of theirs reaches a server, no
 * file of theirs comes to be.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatAddress, parseAddress } from '../../src/senders/address.js';
import { startFakeInternet, type FakeInternet } from '../fake-internet/start.js';
import type { ServerBehaviour, World } from '../fake-internet/world.js';
import { Ground } from './ground.js';
import { hostileAddresses, repliers } from './hostile-texts.js';
import { broken } from './invariants.js';
import { runCommand, type Outcome } from './run-command.js';
import { checkOutput, type OutputKind } from './sound-output.js';
import { unless, type Tried } from './tried.js';

const inputs = ['list', 'log'];
const written = { csv: 'out.csv', json: 'out.json', html: 'out.html', access: 'out.access', trace: 'trace' } as const;
/** All that may lie in the folder in the end. */
const files = new Set([...inputs, ...Object.values(written), 'senders', 'survey.db', 'wanted']);
const commands = new Set(['EHLO', 'HELO', 'MAIL', 'RCPT', 'RSET', 'QUIT']);

/** Surveys them, and prints them in all ways; of those that are no addresses every so many-th is probed. */
export async function printHostileTexts(probeEach: number): Promise<Tried> {
  const internet = await startFakeInternet(hostileWorld());
  const ground = new Ground(internet, []);
  try {
    writeInputs(ground.folder);
    const senders = await extracted(ground);
    const faults = [...senders.faults, ...(await surveyed(ground, senders.lines)), ...obeyed(internet, senders.lines)];
    faults.push(...(await reported(ground)), ...(await probed(ground, senders.lines, probeEach)));
    const strange = readdirSync(ground.folder).filter((name) => !files.has(name));
    faults.push(...strange.map((name) => `a file that nobody asked for: ${name}`));
    const tried = 2 * hostileAddresses.length + repliers.length;
    const did = `${hostileAddresses.length} hostile addresses in a list and a log, ${repliers.length} hostile replies, through every output`;
    return { did, counts: { inputs: tried, senders: senders.lines.length }, faults };
  } finally {
    await ground.close();
  }
}

function hostileWorld(): World {
  const names: Record<string, World['names'][string]> = {};
  const servers: Record<string, ServerBehaviour> = {};
  for (const [at, [address, reply]] of [['a@x.example', '250 2.1.5 Ok'] as const, ...repliers].entries()) {
    const domain = address.split('@')[1] ?? '';
    names[domain] = { mx: [`10 mx.${domain}`] };
    names[`mx.${domain}`] = { a: [`127.5.0.${at}`] };
    servers[`127.5.0.${at}`] = { rcpt: onWire(reply), greeting: onWire(`220 ${reply.slice(4).split('\n')[0]}`) };
  }
  return { names, servers };
}

/** The server writes Latin-1: this makes it UTF-8. */
function onWire(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function writeInputs(folder: string): void {
  const addresses = [...repliers.map(([address]) => address), ...hostileAddresses];
  writeFileSync(join(folder, 'list'), `${addresses.join('\n')}\n`);
  const lines = addresses.map((address, at) => {
    const id = (0xa00000 + at).toString(16).toUpperCase();
    return `Nov 24 09:31:07 mx postfix/qmgr[1]: ${id}: from=<${address}>, size=1, nrcpt=1 (queue active)\n`;
  });
  writeFileSync(join(folder, 'log'), lines.join(''));
  writeFileSync(join(folder, 'wanted'), repliers.map(([address]) => address.split('@')[1]).join('\n'));
}

/** `extract` of both inputs: the senders. */
async function extracted({ folder }: Ground): Promise<{ lines: string[]; faults: string[] }> {
  const options = ['--include-local', ...inputs];
  const plain = await runCommand(['extract', ...options], { cwd: folder });
  const table = await runCommand(['extract', '--csv', '-', ...options], { cwd: folder });
  return {
    lines: plain.stdout.trimEnd().split('\n'),
    faults: [...printed('extract', plain, 'lines'), ...printed('extract --csv', table, 'csv')],
  };
}

/** The survey with all its reports. */
async function surveyed(ground: Ground, lines: readonly string[]): Promise<string[]> {
  const { folder } = ground;
  const { csv, json, html, access, trace } = written;
  const reports = ['--state', 'survey.db', '--csv', csv, '--json', json, '--html', html, '--postfix-access', access];
  const options = ['--trace', trace, '--wanted', 'wanted', '--include-local', '--verbose'];
  const pace = ['--site-rate', '0', '--force', '--progress', 'always'];
  const outcome = await runCommand(['survey', ...inputs, ...ground.network, ...reports, ...options, ...pace], {
    cwd: folder,
  });
  return [
    ...printed('survey', outcome, 'text'),
    ...Object.entries(written).flatMap(([kind, name]) =>
      checkOutput(name, readFileSync(join(folder, name), 'utf8'), kind as keyof typeof written),
    ),
    ...(await broken(folder, new Set(lines.map(canonical).map(inCsv)))),
  ];
}

/** In the spelling in which it is asked about; what is no address, as it stands there. */
function canonical(text: string): string {
  const parsed = parseAddress(text);
  return parsed.ok ? formatAddress(parsed.mailbox) : text;
}

/** As the CSV report spells it. */
function inCsv(text: string): string {
  const harmless = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu, '?');
  return /^'*[=+\-@＝＋－＠]/u.test(text) ? `'${harmless}` : harmless;
}

/** What reached the servers that nobody should have said. */
function obeyed({ counters }: FakeInternet, lines: readonly string[]): string[] {
  const senders = new Set(lines.map(canonical));
  return [
    ...Object.keys(counters.all.commands)
      .filter((verb) => !commands.has(verb))
      .map((verb) => `a server heard ${verb}`),
    ...[...counters.all.asked.keys()].filter((address) => !senders.has(address)).map((address) => `asked: ${address}`),
  ];
}

async function reported({ folder }: Ground): Promise<string[]> {
  const faults: string[] = [];
  for (const kind of ['text', 'csv', 'json', 'html', 'prometheus', 'nagios', 'mrtg'] as const) {
    const outcome = await runCommand(['report', 'survey.db', '--output', kind], { cwd: folder });
    faults.push(...printed(`report ${kind}`, outcome, kind));
  }
  return faults;
}

/** All that can be asked about, in one go; and one by one what cannot be, as far as it fits on a command line. */
async function probed(ground: Ground, lines: readonly string[], each: number): Promise<string[]> {
  const valid = lines.filter((line) => parseAddress(line).ok);
  const known = await runCommand(['probe', ...ground.network, '--', ...valid], { cwd: ground.folder });
  const faults = printed('probe', known, 'text');
  const invalid = hostileAddresses.filter((text) => !parseAddress(text).ok && !text.includes('\0'));
  for (const address of invalid.filter((_, at) => at % each === 0)) {
    const outcome = await runCommand(['probe', ...ground.network, '--', address], { cwd: ground.folder });
    faults.push(
      ...unless(`probe ${JSON.stringify(address)}`, outcome, 2),
      ...checkOutput('probe', outcome.stderr, 'text'),
    );
  }
  return faults;
}

function printed(what: string, outcome: Outcome, kind: OutputKind): string[] {
  return [
    ...unless(what, outcome, 0),
    ...checkOutput(what, outcome.stdout, kind),
    ...checkOutput(`${what}, on standard error`, outcome.stderr, 'text'),
  ];
}
