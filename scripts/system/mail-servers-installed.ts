/**
 * Whether this machine has what the system tests need. They fail where it has not, rather than pass untested.
 */
import { access } from 'node:fs/promises';
import { eximProgram } from './exim.js';
import { run } from './run-program.js';

/** Throws, saying what to do, where Postfix or Exim is missing or we are not root. */
export async function mustHaveMailServers(): Promise<void> {
  const lacking: string[] = [];
  if (process.getuid?.() !== 0) lacking.push('root: Postfix starts for nobody else');
  if (!(await starts('postconf', ['-d', 'mail_version']))) {
    lacking.push('Postfix: apt-get install --no-install-recommends postfix');
  }
  if (!(await exists(eximProgram))) {
    lacking.push(`Exim: apt-get download exim4-daemon-light, then dpkg -x it to where ${eximProgram} is found`);
  }
  if (lacking.length === 0) return;
  throw new Error(
    `The system tests need:\n  ${lacking.join('\n  ')}\nscripts/system/install-mail-servers.sh, as root, installs both.`,
  );
}

async function starts(program: string, args: readonly string[]): Promise<boolean> {
  return run(program, args).then(
    ({ code }) => code === 0,
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
