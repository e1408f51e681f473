/**
 * The command line: its commands, its help, and what each kind of failure means for the exit code.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { debuglog } from 'node:util';
import leven from 'leven';
import yargs, { type Argv } from 'yargs';
import { commands, generalOptions, type CommandName } from './commands.js';
import { exitCodes } from './exit-codes.js';
import type { Interrupt } from './interrupt.js';
import type { PolicyOptions } from './options.js';
import { renderHelp } from './render-help.js';
import { commandOf, dropSettingsOfOthers, settingsFor } from './shared-settings.js';
import { NothingToRead, UsageError } from './usage-error.js';
import { warn } from './warn.js';

/** Names of the errors whose message is meant for the user; anything else is a bug of ours. */
const expectedErrors = new Set([
  'InputError',
  'OutputError',
  'StateError',
  'SettingError',
  'LocalFault',
  'WorkersError',
  'ListenError',
]);

/** Letters that a word is off at most, to be taken for another one. */
const mostSlips = 3;

/** Runs one command line to its end. Gives the exit code; never throws. */
export async function runCommandLine(args: readonly string[], interrupt: Interrupt): Promise<number> {
  const help = helpFor(args);
  if (help !== null) {
    process.stdout.write(help);
    return exitCodes.done;
  }
  let exitCode: number = exitCodes.done;
  const name = commandOf(args);
  dropSettingsOfOthers(name, process.env);
  const cli = describeCommands(name, args, interrupt, (code) => (exitCode = code));
  try {
    await cli.parseAsync([...args]);
    return exitCode;
  } catch (error) {
    return explain(error, args[0] ?? '');
  }
}

function describeCommands(
  name: CommandName,
  args: readonly string[],
  interrupt: Interrupt,
  done: (exitCode: number) => void,
): Argv {
  const { survey, extract, probe, report, queue, worker, policy, completion } = commands;
  return parserFor(name)
    .command(
      [survey.usage, '$0'],
      survey.describe,
      (y) => inputs(y).options(hidden(survey.options)),
      async (argv) =>
        done(await (await import('./survey-command.js')).surveyCommand(words(argv.input, argv), argv, interrupt)),
    )
    .command(
      extract.usage,
      extract.describe,
      (y) => inputs(y).options(hidden(extract.options)),
      async (argv) => done(await (await import('./extract-command.js')).extractCommand(words(argv.input, argv), argv)),
    )
    .command(
      // At least one is needed, but yargs does not see those after `--`: the command looks itself.
      probe.usage.replace('<address..>', '[address..]'),
      probe.describe,
      (y) => y.positional('address', { type: 'string', array: true }).options(hidden(probe.options)),
      async (argv) =>
        done(await (await import('./probe-command.js')).probeCommand(words(argv.address, argv), argv, interrupt)),
    )
    .command(
      report.usage,
      report.describe,
      (y) =>
        y
          .positional('state', { type: 'string', defaultDescription: survey.options.state.default })
          .options(hidden(report.options)),
      async (argv) => {
        const [state = survey.options.state.default, ...more] = words(argv.state, argv);
        if (more.length > 0) throw new UsageError(`report takes one state, not ${more.join(' ')} as well`);
        done(await (await import('./report-command.js')).reportCommand(state, argv));
      },
    )
    .command(
      queue.usage,
      queue.describe,
      (y) => inputs(y).options(hidden(queue.options)),
      async (argv) => done(await (await import('./queue-command.js')).queueCommand(words(argv.input, argv), argv)),
    )
    .command(
      worker.usage,
      worker.describe,
      (y) => y.positional('redis', { type: 'string' }).options(hidden(worker.options)),
      async (argv) =>
        done(await (await import('./worker-command.js')).workerCommand(argv.redis, argv, ownVersion(), interrupt)),
    )
    .command(
      policy.usage,
      policy.describe,
      (y) => y.options(hidden(policy.options)),
      async (argv) =>
        done(await (await import('./policy-command.js')).policyCommand(argv, () => readPolicyOptions(args), interrupt)),
    )
    .command(
      completion.usage,
      completion.describe,
      (y) => y.positional('shell', { type: 'string' }),
      async (argv) => done(await (await import('./completion-command.js')).completionCommand(argv.shell)),
    );
}

/** The options of `policy` as they are by now, its file of --config read again. */
async function readPolicyOptions(args: readonly string[]): Promise<PolicyOptions> {
  const { policy } = commands;
  let read: PolicyOptions | null = null;
  await parserFor('policy')
    .command(
      policy.usage,
      policy.describe,
      (y) => y.options(hidden(policy.options)),
      (argv) => void (read = argv),
    )
    .parseAsync([...args]);
  if (read === null) throw new UsageError('the command line is not one of policy any more');
  return read;
}

/** What all commands have in common. */
function parserFor(name: CommandName): Argv {
  return yargs()
    .scriptName('sender-survey')
    .env('SENDER_SURVEY')
    .config('config', generalOptions.config.describe, (path) => settingsFor(name, readConfig(path)))
    .parserConfiguration({ 'boolean-negation': true, 'strip-aliased': true, 'strip-dashed': false, 'populate--': true })
    .strict()
    .recommendCommands()
    .help(false)
    .version(ownVersion())
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      // YError is what yargs makes of everything wrong with the command line, refused values included.
      throw error === undefined || error.name === 'YError' ? new UsageError(suggest(message ?? '', name)) : error;
    });
}

function inputs<T>(y: Argv<T>) {
  return y.positional('input', { type: 'string', array: true });
}

/** The operands of a command, those after `--` too: they may begin with a dash. */
function words(operands: readonly string[] | string | undefined, argv: object): string[] {
  const after: unknown = '--' in argv ? argv['--'] : [];
  return [operands ?? [], after].flat().map(String);
}

/** The options without yargs' own help, which it lays out at every run: `renderHelp` shows ours. */
function hidden<T extends Readonly<Record<string, object>>>(options: T): T {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, { ...option, hidden: true }])) as T;
}

/** The help that is asked for; null where none is. */
function helpFor(args: readonly string[]): string | null {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  if (!own.includes('--help') && !own.includes('-h')) return null;
  const isNamed = own.some((word) => Object.hasOwn(commands, word));
  return renderHelp(isNamed ? commandOf(own) : null, helpColumns(process.stdout.columns));
}

/** Text that is read is not wider than 100 columns. */
function helpColumns(terminal: number | undefined): number {
  return Math.max(40, Math.min(100, terminal ?? 80));
}

/** Adds the nearest option's name to yargs' complaint about an unknown one. */
function suggest(message: string, command: CommandName): string {
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1];
  if (unknown === undefined) return message;
  const names = Object.keys({ ...commands[command].options, ...generalOptions });
  const nearest = nearestTo(unknown, names);
  const meant = nearest === undefined ? '' : `; did you mean --${nearest}?`;
  return `Unknown option: --${unknown}${meant}`;
}

/** What a slip of the pen may have made the word of. */
function nearestTo(word: string, names: readonly string[]): string | undefined {
  const nearest = names.toSorted((a, b) => leven(a, word) - leven(b, word))[0];
  return nearest !== undefined && leven(nearest, word) <= mostSlips ? nearest : undefined;
}

/** Asks whether what was taken for an input, and is none, was meant to be a command. */
function askForCommand(message: string, word: string): string {
  const meant = message.startsWith(`${word}: no such file`) ? nearestTo(word, Object.keys(commands)) : undefined;
  return meant === undefined ? '' : `; did you mean the command ${meant}?`;
}

function readConfig(path: string): object {
  try {
    const config: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config;
  } catch (error) {
    throw new UsageError(`--config ${path}: ${(error as Error).message}`);
  }
  throw new UsageError(`--config ${path}: not a JSON object of options`);
}

function ownVersion(): string {
  const manifest = readFileSync(createRequire(import.meta.url).resolve('#manifest'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function explain(error: unknown, firstWord: string): number {
  if (error instanceof NothingToRead)
    process.stderr.write(`${renderHelp(null, helpColumns(process.stderr.columns))}\n`);
  if (error instanceof UsageError) {
    warn(`${error.message}\nTry: sender-survey --help`);
    return exitCodes.usage;
  }
  if (error instanceof Error && expectedErrors.has(error.name)) {
    warn(`${error.message}${askForCommand(error.message, firstWord)}`);
    return exitCodes.inputOutput;
  }
  const what = error instanceof Error ? error.message : String(error);
  warn(`a fault in sender-survey itself: ${what}`);
  debuglog('sender-survey')('%o', error);
  return exitCodes.inputOutput;
}
