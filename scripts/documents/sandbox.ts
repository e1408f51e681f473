/**
 * A folder in which the examples of the documents can be run: logs and lists where they look for them, a state, and
 * `sender-survey` in the path, which knows no internet but the one given.
 */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FakeInternet } from '../fake-internet/start.js';
import { run, type Finished } from '../system/run-program.js';

const project = join(import.meta.dirname, '../..');

/** A place to run examples in. */
export interface Sandbox {
  readonly folder: string;
  /** Runs lines of shell there, absolute paths below /var meaning those of the sandbox; the first that fails ends it. */
  readonly shell: (lines: string) => Promise<Finished>;
}

/** What the examples read, by path. */
const files: Readonly<Record<string, string | Buffer>> = {
  'addresses.txt': 'anna@takes-all.example\nanna@greylists.example\n',
  'wanted.txt': 'knows-nobody.example\n',
  'var/log/maillog': logOf(['anna@takes-all.example', 'anna@knows-nobody.example']),
  'var/log/mail.log': logOf(['anna@takes-all.example']),
  'var/log/mail.log.1.gz': gzipSync(logOf(['anna@greylists.example'])),
  'var/log/mail/maillog': logOf(['anna@takes-all.example']),
};

/** Programs of the machine that the examples use and that a test cannot, and what stands in for them. */
const standIns: Readonly<Record<string, string>> = {
  postqueue: `cat '${project}/fixtures/logs/real-mailq-postfix.json'`,
  journalctl: `cat '${project}/fixtures/logs/journal-postfix.export'`,
  sqlite3: `for word; do case $word in -*) ;; *) set -- "$@" "$word" ;; esac; shift; done
exec '${process.execPath}' -e '
const rows = new (require("${project}/node_modules/better-sqlite3"))(process.argv[1], { readonly: true }).prepare(process.argv[2]).all();
for (const row of rows) console.log(Object.values(row).join("|"))' "$@"`,
};

/** Makes a sandbox; whoever made it removes the folder. */
export async function makeSandbox(internet: FakeInternet): Promise<Sandbox> {
  const folder = mkdtempSync(join(tmpdir(), 'sender-survey-examples-'));
  for (const name of ['bin', 'var/log/mail', 'var/lib/prometheus/node-exporter']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
  const program = `exec '${process.execPath}' '${project}/dist/bundle/main.js' "$@"`;
  for (const [name, script] of Object.entries({ 'sender-survey': program, ...standIns })) {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  const env = environment(folder, internet);
  const shell = async (lines: string): Promise<Finished> => {
    const moved = lines.replaceAll('/var/', `${folder}/var/`);
    return run('bash', ['--norc', '-euo', 'pipefail', '-c', moved], { cwd: folder, env });
  };
  await shell('sender-survey /var/log/maillog --wanted wanted.txt');
  cpSync(join(folder, 'sender-survey.db'), join(folder, 'var/lib/sender-survey.db'));
  return { folder, shell };
}

function environment(folder: string, internet: FakeInternet): NodeJS.ProcessEnv {
  return {
    PATH: `${folder}/bin:${process.env['PATH']}`,
    HOME: folder,
    SHELL: '/bin/bash',
    SENDER_SURVEY_RESOLVER: internet.resolver,
    SENDER_SURVEY_PORT: String(internet.smtpPort),
    SENDER_SURVEY_ALLOW_NET: '127.0.0.0/8',
    SENDER_SURVEY_HELO: 'survey.example',
    SENDER_SURVEY_SITE_RATE: '0',
    SENDER_SURVEY_REPLY_TIMEOUT: '2s',
  };
}

/** A Postfix log of yesterday with a message from each sender. */
function logOf(senders: readonly string[]): string {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  return senders
    .map(
      (sender, index) =>
        `${yesterday} mx postfix/qmgr[12]: 4A1B2C3D4${index}: from=<${sender}>, size=392, nrcpt=1 (queue active)\n`,
    )
    .join('');
}
