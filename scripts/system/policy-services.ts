/**
 * Debian's own policy services, from the packages that install-mail-servers.sh unpacks: postgrey, and the SPF service, which
 * Postfix starts itself. Copied to where their users may read them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unpackedServers } from './exim.js';
import { mustRun } from './run-program.js';

/** How long postgrey has a sender wait, seconds: the least it takes. */
export const greylistingSeconds = 1;

/** A running postgrey. */
export interface Postgrey {
  readonly process: ChildProcess;
  readonly stop: () => Promise<void>;
}

/** The programs in a folder of their own. */
export interface DebianPolicies {
  /** A line of master.cf for the service `private/policyd-spf`, which asks this name server (`IP:PORT`). */
  readonly spfLine: (nameServer: string) => string;
  /** Starts postgrey at a port of loopback. */
  readonly startPostgrey: (port: number) => Promise<Postgrey>;
}

/** Copies the programs into `folder`, which must not exist yet. */
export async function copyPolicies(folder: string): Promise<DebianPolicies> {
  await cp(join(unpackedServers, 'policy-services'), folder, { recursive: true });
  await chmod(folder, 0o755);
  const compiled = (await readdir(join(folder, 'usr/lib'), { recursive: true })).filter((path) =>
    /perl5\/[\d.]+$/.test(path),
  );
  const libraries = ['usr/share/perl5', ...compiled.map((path) => `usr/lib/${path}`)].map((path) => join(folder, path));
  const include = libraries.map((path) => `-I${path}`);
  return {
    spfLine: (nameServer) => {
      const [address, port] = nameServer.split(':');
      const environment = `RES_NAMESERVERS=${address} RES_OPTIONS=port:${port}`;
      const program = join(folder, 'usr/sbin/postfix-policyd-spf-perl');
      return `policyd-spf unix - n n - 0 spawn user=nobody argv=/usr/bin/env ${environment} perl ${include.join(' ')} ${program}`;
    },
    startPostgrey: async (port) => await startPostgrey(folder, include, port),
  };
}

async function startPostgrey(folder: string, include: readonly string[], port: number): Promise<Postgrey> {
  const data = join(folder, 'postgrey');
  await mkdir(data);
  await writeFile(join(data, 'nobody'), '');
  await mustRun('chown', ['-R', 'nobody:nogroup', data]);
  const options = [
    `--inet=127.0.0.1:${port}`,
    `--dbdir=${data}`,
    '--user=nobody',
    '--group=nogroup',
    `--delay=${greylistingSeconds}`,
    '--greylist-action=DEFER',
    `--whitelist-clients=${data}/nobody`,
    `--whitelist-recipients=${data}/nobody`,
  ];
  const child = spawn('perl', ['-T', ...include, join(folder, 'usr/sbin/postgrey'), ...options], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  for (let tries = 0; !(await accepts(port)); tries++) {
    if (tries === 100 || child.exitCode !== null) throw new Error('postgrey does not start');
    await sleep(50);
  }
  return {
    process: child,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isOpen = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isOpen;
}
