/**
 * An Exim of our own, from the package that install-mail-servers.sh unpacks: configuration, spool and logs in one folder,
 * listening on loopback addresses only. Started by root, since only then does Exim take any configuration it is given.
 */
import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun } from './run-program.js';

/** What makes one Exim differ from another. */
export interface EximSettings {
  readonly hostname: string;
  /** Addresses to listen on, all at `port`. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Further main options and the ACLs they name, as in Exim's configuration file. */
  readonly configuration: string;
  /** Where and what it logs, instead of everything into files. */
  readonly logging?: string;
}

/** A running Exim. */
export interface Exim {
  /** Its main log; empty where it logs elsewhere. */
  readonly log: () => Promise<string>;
  /** Submits a message as local programs do. */
  readonly submit: (sender: string, recipients: readonly string[], message: string) => Promise<void>;
  /** Tries all deferred messages again, and waits for the end. */
  readonly flush: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Where install-mail-servers.sh unpacks packages. */
export const unpackedServers = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'sender-survey/mail-servers',
);

/** The Exim program. */
export const eximProgram = join(unpackedServers, 'exim4-daemon-light/usr/sbin/exim4');

/** Starts an Exim in `folder`, which must not exist yet. Throws with its log where it does not come up. */
export async function startExim(folder: string, settings: EximSettings): Promise<Exim> {
  await makeFolders(folder);
  const configuration = join(folder, 'exim.conf');
  await writeFile(configuration, configurationFile(folder, settings));
  // Exim starts itself again as its own user, who may not look into root's cache.
  const program = join(folder, 'exim4');
  await copyFile(eximProgram, program);
  const daemon = spawn(program, ['-C', configuration, '-bdf'], { stdio: 'ignore', cwd: folder });
  const ended = new Promise<void>((resolve) => daemon.on('close', () => resolve()).on('error', () => resolve()));
  const log = () => readFile(join(folder, 'log/mainlog'), 'utf8').catch(() => '');
  const stop = async () => {
    daemon.kill();
    await ended;
  };
  await untilListening(join(folder, 'exim.pid'), log, stop);
  return {
    log,
    submit: async (sender, recipients, message) => {
      const command = ['-C', configuration, '-odi', '-oi', '-f', sender, '--', ...recipients];
      await mustRun(program, command, { input: message, cwd: folder });
    },
    flush: async () => void (await mustRun(program, ['-C', configuration, '-qff'], { cwd: folder })),
    stop,
  };
}

async function makeFolders(folder: string): Promise<void> {
  await mkdir(folder);
  await chmod(folder, 0o755);
  const folders = ['spool', 'log'].map((name) => join(folder, name));
  await Promise.all(folders.map((path) => mkdir(path)));
  await mustRun('chown', ['Debian-exim', ...folders]);
}

/** The daemon writes its pid file once it listens. */
async function untilListening(pidFile: string, log: Exim['log'], stop: Exim['stop']): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await readFile(pidFile, 'utf8').catch(() => '')).endsWith('\n')) return;
    await sleep(50);
  }
  await stop();
  throw new Error(`Exim did not start:\n${await log()}`);
}

function configurationFile(folder: string, settings: EximSettings): string {
  const interfaces = settings.addresses.map((address) => `[${address}]:${settings.port}`).join(' ; ');
  return `primary_hostname = ${settings.hostname}
exim_path = ${folder}/exim4
deliver_drop_privilege
spool_directory = ${folder}/spool
pid_file_path = ${folder}/exim.pid
local_interfaces = <; ${interfaces}
keep_environment =
tls_advertise_hosts =
${settings.logging ?? logEverything(folder)}
${settings.configuration}
`;
}

/** Log options: everything, into files in `folder`. */
export function logEverything(folder: string): string {
  return `log_file_path = ${folder}/log/%slog
log_selector = +all`;
}
