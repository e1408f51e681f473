/**
 * A sendmail of our own, from the packages that install-mail-servers.sh unpacks: configuration, queue and aliases in one
 * folder. It logs through syslog, like every sendmail.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unpackedServers } from './exim.js';
import { mustRun } from './run-program.js';

const program = join(unpackedServers, 'sendmail-bin/usr/libexec/sendmail/sendmail');
const macros = join(unpackedServers, 'sendmail-cf/usr/share/sendmail/cf/');

/** A running sendmail. */
export interface Sendmail {
  /** Submits a message as local programs do, through a pipe. */
  readonly submit: (sender: string, recipients: readonly string[], message: string) => Promise<void>;
  /** Tries all deferred messages again. */
  readonly flush: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts a sendmail in `folder`, which must not exist yet; the users of its domain deliver to nowhere. */
export async function startSendmail(
  folder: string,
  settings: {
    readonly hostname: string;
    readonly domain: string;
    readonly relayFor: string;
    readonly users: readonly string[];
    readonly addresses: readonly string[];
  },
): Promise<Sendmail> {
  const configuration = join(folder, 'sendmail.cf');
  await mkdir(join(folder, 'queue'), { recursive: true });
  await writeFile(join(folder, 'aliases'), settings.users.map((user) => `${user}: /dev/null\n`).join(''));
  const source = mc(folder, settings);
  await writeFile(configuration, await mustRun('m4', ['-'], { input: source }));
  await mustRun(program, ['-C', configuration, '-bi']);
  const daemon = spawn(program, ['-C', configuration, '-bD', '-L', 'sm-mta'], { stdio: 'inherit' });
  const ended = once(daemon, 'close');
  await sleep(1000);
  return {
    submit: async (sender, recipients, message) => {
      const command = [program, '-C', configuration, '-f', sender, ...recipients];
      await mustRun('sh', ['-c', 'cat | "$@"', 'sh', ...command], { input: message });
    },
    flush: async () => void (await mustRun(program, ['-C', configuration, '-q', '-v'])),
    stop: async () => {
      daemon.kill();
      await ended;
    },
  };
}

function mc(folder: string, settings: Parameters<typeof startSendmail>[1]): string {
  const listeners = settings.addresses.map((address) => `DAEMON_OPTIONS(\`Port=smtp, Addr=${address}, Name=MTA')dnl`);
  return `divert(-1)dnl
define(\`_CF_DIR_', \`${macros}')dnl
include(_CF_DIR_\`m4/cf.m4')dnl
divert(0)dnl
OSTYPE(\`linux')dnl
define(\`confDOMAIN_NAME', \`${settings.hostname}')dnl
define(\`QUEUE_DIR', \`${folder}/queue')dnl
define(\`ALIAS_FILE', \`${folder}/aliases')dnl
define(\`confPID_FILE', \`${folder}/pid')dnl
define(\`STATUS_FILE', \`${folder}/statistics')dnl
define(\`confDONT_PROBE_INTERFACES', \`True')dnl
FEATURE(\`no_default_msa')dnl
${listeners.join('\n')}
LOCAL_DOMAIN(\`${settings.domain}')dnl
RELAY_DOMAIN(\`${settings.relayFor}')dnl
MAILER(\`local')dnl
MAILER(\`smtp')dnl
`;
}
