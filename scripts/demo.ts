/**
 * The demo: makes an internet of its own on loopback and a mail log to go with it, runs the real command on that log,
 * and sets the totals beside what the scripted servers had to lead to. Exit code 1 where they differ.
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { agree, compare, renderComparison, type Found } from './demo/expected-and-found.js';
import { mostStartsWithin } from './fake-internet/counters.js';
import { seededRandom } from './fake-internet/random.js';
import { startFakeInternet, type FakeInternet } from './fake-internet/start.js';
import { survey2005, type SurveySender } from './fake-internet/survey-2005.js';
import { maillogOf } from './fake-internet/survey-2005/maillog.js';
import { reasonsOf, totalsOf } from './fake-internet/survey-2005/totals.js';
import { wantedFileOf } from './fake-internet/survey-2005/wanted-file.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = 'dist/bundle/main.js';
const output = 'demo-output';
const seed = 2005;
/** A twentieth of the survey's senders; servers twice as quick as real ones. */
const size = { seed, scale: 0.05, delays: 0.5 };

process.exitCode = await demo();

/** Runs the demo in the project's folder; gives the exit code. */
async function demo(): Promise<number> {
  process.chdir(root);
  const { world, senders } = survey2005(size);
  await prepareOutput(senders);
  const internet = await startFakeInternet(world, { seed });
  try {
    const args = surveyArguments(internet.resolver, internet.smtpPort);
    say(introduction(senders.length, internet.counters.servers.size, args));
    const code = await run(args);
    if (code !== 0) {
      say(`\nThe survey ended with exit code ${code}, so there is nothing to compare.`);
      return code;
    }
    return await conclude(senders, internet.counters);
  } finally {
    await internet.close();
  }
}

async function prepareOutput(senders: readonly SurveySender[]): Promise<void> {
  await rm(output, { recursive: true, force: true });
  await mkdir(output);
  await writeFile(`${output}/maillog`, maillogOf(senders, seededRandom(`${seed} maillog`)));
  await writeFile(`${output}/wanted.txt`, wantedFileOf(senders));
}

/** The command line as a user would write it; only the second and third line are for the fake internet's sake. */
function surveyArguments(resolver: string, port: number): string[][] {
  return [
    [`${output}/maillog`, '--wanted', `${output}/wanted.txt`],
    ['--resolver', resolver, '--port', String(port), '--allow-net', '127.0.0.0/8'],
    ['--connect-timeout', '2s', '--reply-timeout', '15s', '--site-pause', '1s'],
    ['--helo', 'probe.corp.example', '--state', `${output}/survey.db`],
    ['--csv', `${output}/survey.csv`, '--json', `${output}/survey.json`],
    ['--html', `${output}/survey.html`],
  ];
}

function introduction(senders: number, servers: number, args: readonly string[][]): string {
  return `sender-survey, a demonstration

No mail server out there is asked: a name server and ${servers} SMTP servers have
been started on this machine's loopback addresses. They behave as those of the
2005 survey did, at a twentieth of its size: most answer, some greylist, refuse,
keep silent or are dead. ${output}/maillog is a week of a Postfix log with
${senders} distinct senders, and this command surveys it:

  node ${program} ${args.map((line) => line.join(' ')).join(' \\\n    ')}

On a real log, leave out the second and third line: they point it to this small
internet, and shorten three waits. Courtesy is as always: to one mail operator
no more than 2 sessions at once and 20 new ones a minute.
`;
}

/** Ctrl-C reaches the survey too, which then ends in good order: the demo waits for it. */
function stay(): void {}

/** Runs the program with our terminal as its own; gives its exit code. */
async function run(args: readonly string[][]): Promise<number> {
  process.on('SIGINT', stay);
  const settings = Object.entries(process.env).filter(([name]) => !name.startsWith('SENDER_SURVEY_'));
  const child = spawn(process.execPath, [program, ...args.flat()], {
    stdio: 'inherit',
    env: Object.fromEntries(settings),
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject).once('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  process.off('SIGINT', stay);
  return code;
}

/** Compares, tells what the servers saw, and gives the exit code. */
async function conclude(senders: readonly SurveySender[], seen: FakeInternet['counters']): Promise<number> {
  const found = JSON.parse(await readFile(`${output}/survey.json`, 'utf8')) as Found;
  const bySenders = compare(
    totalsOf(senders, () => 1),
    found.totals,
    'only those expected',
  );
  const byMessages = compare(
    totalsOf(senders, ({ messages }) => messages),
    found.messages,
    'only those expected',
  );
  const byReason = compare(reasonsOf(senders), found.reasons, 'all');
  const right = [bySenders, byMessages, byReason].every(agree);
  const tables: [string, typeof bySenders][] = [
    ['senders', bySenders],
    ['messages', byMessages],
    ['reasons', byReason],
  ];
  say(`\nWhat the scripted servers had to lead to, and what the survey found:\n`);
  for (const [title, figures] of tables) say(`${renderComparison(title, figures)}\n`);
  say(whatServersSaw(seen));
  say(
    `\n${right ? 'All figures agree.' : 'Some figures DIFFER.'} ${output}/ holds the log, the state,\nsurvey.csv, survey.json, and survey.html to look at in a browser.`,
  );
  say(`Print the report again: node ${program} report ${output}/survey.db`);
  return right ? 0 : 1;
}

function whatServersSaw({ all, servers, operators }: FakeInternet['counters']): string {
  const sites = [...servers.values(), ...operators.values()];
  const mostOpen = Math.max(...sites.map((site) => site.mostOpen));
  const mostNew = Math.max(...sites.map((site) => mostStartsWithin(site, 60_000)));
  return [
    `What the servers saw: ${all.connections} sessions, at most ${all.mostOpen} at once, ${all.withoutQuit} left without QUIT;`,
    `to one operator at most ${mostOpen} at once and ${mostNew} new ones a minute;`,
    `${all.asked.size} addresses asked about, ${all.commands['DATA'] ?? 0} messages sent.`,
  ].join('\n');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
