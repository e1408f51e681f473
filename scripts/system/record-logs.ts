/**
 * Records the logs in fixtures/logs/real-*: real servers take the mail of recorded-mail.ts on a pretend host.
 * As root, after `scripts/system/install-mail-servers.sh all` and `npm run build`: node dist/scripts/system/record-logs.js
 */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFakeInternet } from '../fake-internet/start.js';
import { recordExims } from './recorded-exim.js';
import { recordFilteringPostfix, recordPostfix, recordSendmail, remoteWorld } from './recorded-servers.js';
import { startRecordingHost } from './recording-host.js';

const target = resolve('fixtures/logs');
const inNamespaces = '--in-namespaces';

async function record(): Promise<void> {
  const folder = await mkdtemp('/run/record-logs-'); // sendmail trusts nothing below a folder that all may write to
  await chmod(folder, 0o755);
  const host = await startRecordingHost(folder);
  const remote = await startFakeInternet(remoteWorld, { smtpPort: 25 });
  try {
    await recordPostfix(join(folder, 'postfix'));
    await recordSendmail(join(folder, 'sendmail'));
    await recordFilteringPostfix(join(folder, 'postfix-filter'));
    await recordExims(folder, target);
    await sleep(1000);
    for (const [format, file] of Object.entries(host.syslog)) {
      await writeLines(`real-postfix-${format}.log`, file, / postfix[/ ]/);
      await writeLines(`real-exim-${format}.log`, file, / exim[[ ]/);
      await writeLines(`real-sendmail-${format}.log`, file, / (?:sm-mta|sendmail)[[ ]/);
    }
    await writeLines('real-postfix-filter.log', host.syslog.rfc3164, / postfix-filter\//);
  } finally {
    await remote.close();
    await host.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One program's part of a syslog file. */
async function writeLines(name: string, file: string, program: RegExp): Promise<void> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => program.test(line));
  await writeFile(join(target, name), `${lines.join('\n')}\n`);
}

if (process.argv.includes(inNamespaces)) await record();
else {
  const namespaces = ['--mount', '--uts', '--net'];
  const child = spawn('unshare', [...namespaces, process.execPath, import.meta.filename, inNamespaces], {
    stdio: 'inherit',
  });
  child.on('close', (code) => {
    process.exitCode = code ?? 1;
  });
}
