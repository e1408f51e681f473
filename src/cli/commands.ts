/**
 * The commands: how each is called, what it does, and its options. The command line, its help, the man page and the
 * completion scripts are all made from this table.
 */
import {
  inputOptions,
  policyOptions,
  probeOptions,
  queueOptions,
  reportCommandOptions,
  reportOptions,
  surveyOptions,
  workerOptions,
  type Option,
} from './options.js';

/** A command in words. */
export interface Command {
  /** As yargs has it: `<must..>`, `[may]`. */
  readonly usage: string;
  readonly describe: string;
  /** What stands after the command's name; `FILE` is completed as one. */
  readonly operand: { readonly name: string; readonly value: string; readonly describe: string } | null;
  readonly options: Readonly<Record<string, Option>>;
}

const input = { name: 'input', value: 'FILE', describe: 'Mail logs or address lists; - is standard input' } as const;

/** The shells that `completion` knows. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** All commands by name; `survey` is the default one. */
export const commands = {
  survey: {
    usage: 'survey [input..]',
    describe: 'Read inputs, ask about every sender, report (the main job)',
    operand: input,
    options: surveyOptions,
  },
  extract: {
    usage: 'extract [input..]',
    describe: 'Print the distinct senders in the inputs; asks nobody',
    operand: input,
    options: { ...inputOptions, csv: reportOptions.csv },
  },
  probe: {
    usage: 'probe <address..>',
    describe: 'Ask about addresses now and show the whole conversation',
    operand: { name: 'address', value: 'ADDRESS', describe: 'Sender addresses' },
    options: probeOptions,
  },
  report: {
    usage: 'report [state]',
    describe: 'Print totals and write reports again from a state file; asks nobody',
    operand: { name: 'state', value: 'FILE', describe: 'State file' },
    options: reportCommandOptions,
  },
  queue: {
    usage: 'queue [input..]',
    describe: 'Tell how many bounces wait in the mail queue, and how many that nobody takes',
    operand: {
      name: 'input',
      value: 'FILE',
      describe: 'What postqueue -j, mailq or exim -bp printed; - is standard input',
    },
    options: queueOptions,
  },
  worker: {
    usage: 'worker [redis]',
    describe: 'Carry out the sessions of a survey that runs elsewhere with --workers',
    operand: {
      name: 'redis',
      value: 'URL',
      describe: 'redis://HOST or rediss://HOST, as the survey has it in --workers',
    },
    options: workerOptions,
  },
  policy: {
    usage: 'policy',
    describe: 'Answer a mail server, mail by mail, whether its sender exists',
    operand: null,
    options: policyOptions,
  },
  completion: {
    usage: 'completion [shell]',
    describe: 'Print a completion script for bash, zsh or fish',
    operand: { name: 'shell', value: 'WORD', describe: 'bash, zsh or fish; the one you use, unless told' },
    options: {},
  },
} as const satisfies Record<string, Command>;

/** Name of a command. */
export type CommandName = keyof typeof commands;

/** Options of every command. */
export const generalOptions = {
  help: { group: 'General:', alias: 'h', type: 'boolean', describe: 'Show this help' },
  version: { group: 'General:', type: 'boolean', describe: 'Show the version' },
  config: { group: 'General:', value: 'FILE', describe: 'JSON file of options' },
} as const satisfies Record<string, Option>;
