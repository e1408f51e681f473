/**
 * A Postfix of our own: configuration, queue, data and log in one folder, listening on loopback addresses only, apart
 * from any Postfix that the machine itself runs. Postfix insists on being started by root.
 */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from './run-program.js';

/** What makes one Postfix differ from another. */
export interface PostfixSettings {
  /** Parameters of main.cf, besides those that every one of ours has. */
  readonly main: Readonly<Record<string, string>>;
  /** The smtpd lines of master.cf: the address to listen on, `127.0.0.1:25`, and parameters for it alone. */
  readonly listeners: readonly { readonly at: string; readonly parameters?: Readonly<Record<string, string>> }[];
  /** Further lines of master.cf. */
  readonly services?: readonly string[];
}

/** The parameters in lines of main.cf: `name = value`, where lines that begin with white space go on with the value. */
export function parametersOf(text: string): Record<string, string> {
  const lines = text.replace(/\n\s+/g, ' ').trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(' =')), line.slice(line.indexOf(' =') + 2).trim()]),
  );
}

/** A running Postfix. */
export interface Postfix {
  /** The file it logs to. */
  readonly logFile: string;
  readonly log: () => Promise<string>;
  /** Submits a message as local programs do (sendmail -f, pickup). */
  readonly submit: (sender: string, recipients: readonly string[], message: string) => Promise<void>;
  /** Tries all deferred messages again. */
  readonly flush: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts a Postfix in `folder`, which must not exist yet. Throws where it does not come up. */
export async function startPostfix(folder: string, settings: PostfixSettings): Promise<Postfix> {
  const config = join(folder, 'config');
  await makeFolders(folder);
  await writeFile(join(config, 'main.cf'), mainCf(folder, settings.main));
  await writeFile(join(config, 'master.cf'), masterCf(settings));
  await mustRun('postfix', ['-c', config, 'start']);
  return {
    logFile: logFile(folder),
    log: () => readFile(logFile(folder), 'utf8'),
    submit: async (sender, recipients, message) => {
      const args = ['-C', config, '-f', sender, ...recipients];
      await mustRun('/usr/sbin/sendmail', args, { input: message });
    },
    flush: async () => void (await mustRun('postqueue', ['-c', config, '-f'])),
    stop: async () => void (await mustRun('postfix', ['-c', config, 'stop'])),
  };
}

async function makeFolders(folder: string): Promise<void> {
  await mkdir(folder);
  await chmod(folder, 0o755); // Postfix's own user passes through
  await Promise.all(['config', 'queue', 'log'].map((name) => mkdir(join(folder, name))));
  await mkdir(join(folder, 'data'));
  await mustRun('chown', ['postfix', join(folder, 'data')]);
}

function logFile(folder: string): string {
  return join(folder, 'log', 'maillog');
}

/** main.cf: nothing looked up in DNS, nothing delivered outside, every wait as short as Postfix allows. */
function mainCf(folder: string, own: Readonly<Record<string, string>>): string {
  const parameters: Record<string, string> = {
    compatibility_level: '3.6',
    queue_directory: join(folder, 'queue'),
    data_directory: join(folder, 'data'),
    maillog_file: logFile(folder),
    maillog_file_prefixes: folder,
    inet_protocols: 'ipv4',
    inet_interfaces: 'loopback-only',
    mydestination: '',
    mynetworks: '127.0.0.0/8',
    alias_maps: '',
    alias_database: '',
    smtpd_peername_lookup: 'no',
    smtp_dns_support_level: 'disabled',
    default_transport: 'error:5.4.4 nothing leaves this machine',
    ...own,
  };
  const lines = Object.entries(parameters).map(([name, value]) => `${name} = ${value}`);
  return `${lines.join('\n')}\n`;
}

function masterCf({ listeners, services: own = [] }: PostfixSettings): string {
  const smtpd = listeners.map(({ at, parameters = {} }) => {
    const overrides = Object.entries(parameters).map(([name, value]) => `  -o { ${name} = ${value} }`);
    return [`${at} inet n - n - - smtpd`, ...overrides].join('\n');
  });
  return `${[...smtpd, ...services, ...own].join('\n')}\n`;
}

/** The services every Postfix has; none runs in a chroot, for that would need copies of the system's files. */
const services = [
  'pickup unix n - n 1 1 pickup',
  'cleanup unix n - n - 0 cleanup',
  'qmgr unix n - n 1 1 qmgr',
  'tlsmgr unix - - n 1000? 1 tlsmgr',
  'rewrite unix - - n - - trivial-rewrite',
  'bounce unix - - n - 0 bounce',
  'defer unix - - n - 0 bounce',
  'trace unix - - n - 0 bounce',
  'verify unix - - n - 1 verify',
  'flush unix n - n 1000? 0 flush',
  'proxymap unix - - n - - proxymap',
  'smtp unix - - n - - smtp',
  'showq unix n - n - - showq',
  'error unix - - n - - error',
  'retry unix - - n - - error',
  'discard unix - - n - - discard',
  'local unix - n n - - local',
  'virtual unix - n n - - virtual',
  'lmtp unix - - n - - lmtp',
  'anvil unix - - n - 1 anvil',
  'scache unix - - n - 1 scache',
  'postlog unix-dgram n - n - 1 postlogd',
];
