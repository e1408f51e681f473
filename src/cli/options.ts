/**
 * Every option of every command, once. `--help` is made from these tables; what spans several options is checked in
 * check-options.ts.
 */
import type { InferredOptionTypes, Options } from 'yargs';
import { parseCount, parseDuration, parseFileMode, parsePort, parseText, parseTime } from './parse-values.js';

/** An option as yargs has it, and what its value is called in the help, the man page and for completion. */
export type Option = Options & { readonly value?: string };

const inputGroup = 'What to read:';
const probeGroup = 'How to ask:';
const courtesyGroup = 'Courtesy:';
const stateGroup = 'What is kept:';
const reportGroup = 'What comes out:';

/** Options about the inputs, shared by `survey` and `extract`. */
export const inputOptions = {
  format: {
    group: inputGroup,
    value: 'KIND',
    choices: [
      'auto',
      'postfix',
      'sendmail',
      'exim',
      'qmail',
      'opensmtpd',
      'courier',
      'exchange',
      'haraka',
      'mailq',
      'addresses',
    ],
    default: 'auto',
    describe: 'Kind of the inputs; auto recognises each by its content',
  },
  since: {
    group: inputGroup,
    value: 'TIME',
    nargs: 1,
    coerce: parseTime('--since', Date.now),
    describe: 'Only mail from then on: 2026-11-16, an ISO 8601 time, or an age such as 36h or 7d',
  },
  until: {
    group: inputGroup,
    value: 'TIME',
    nargs: 1,
    coerce: parseTime('--until', Date.now),
    describe: 'Only mail before then',
  },
  senders: {
    group: inputGroup,
    value: 'WHICH',
    choices: ['accepted', 'rejected', 'all'],
    default: 'accepted',
    describe: 'Senders of mail our server took in, of mail it refused, or both',
  },
  'include-local': {
    group: inputGroup,
    type: 'boolean',
    default: false,
    describe: 'Also senders of mail submitted by our own users',
  },
  'min-messages': {
    group: inputGroup,
    value: 'N',
    nargs: 1,
    default: '1',
    coerce: parseCount('--min-messages', 1),
    describe: 'Only senders seen at least this often',
  },
  limit: {
    group: inputGroup,
    value: 'N',
    nargs: 1,
    coerce: parseCount('--limit', 1),
    describe: 'Stop after this many senders',
  },
  verbose: {
    group: inputGroup,
    type: 'boolean',
    default: false,
    describe: 'Tell what the inputs leave uncertain, and what of them is passed over',
  },
} as const satisfies Record<string, Option>;

/** Options about how servers are found and asked, shared by `survey` and `probe`. */
export const probeOptions = {
  helo: {
    group: probeGroup,
    value: 'NAME',
    type: 'string',
    nargs: 1,
    defaultDescription: "this host's full name",
    describe: 'Name in EHLO/HELO',
  },
  'mail-from': {
    group: probeGroup,
    value: 'ADDRESS',
    type: 'string',
    nargs: 1,
    default: '<>',
    describe: 'Envelope sender of the probes; <> is the null reverse-path',
  },
  port: {
    group: probeGroup,
    value: 'PORT',
    default: '25',
    nargs: 1,
    coerce: parsePort('--port'),
    describe: 'SMTP port',
  },
  resolver: {
    group: probeGroup,
    value: 'IP[:PORT]',
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    defaultDescription: "the system's",
    describe: 'DNS server as IP[:PORT]; repeatable',
  },
  'source-address': {
    group: probeGroup,
    value: 'IP',
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    defaultDescription: "the system's",
    describe: 'Local address to probe from; repeatable, used in turn',
  },
  'ip-version': {
    group: probeGroup,
    value: 'VERSION',
    type: 'string',
    choices: ['any', '4', '6'],
    default: 'any',
    describe: 'Ask over IPv4, IPv6, or either',
  },
  tls: {
    group: probeGroup,
    value: 'WHEN',
    choices: ['on-demand', 'opportunistic', 'never'],
    default: 'on-demand',
    describe: 'STARTTLS where the server insists, where it is offered, or never',
  },
  'catch-all': {
    group: probeGroup,
    type: 'boolean',
    default: false,
    describe: 'Also ask each accepting domain about an address that cannot exist',
  },
  'allow-net': {
    group: probeGroup,
    value: 'CIDR',
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    defaultDescription: 'none',
    describe: 'Ask servers in this CIDR range though it is private or reserved; repeatable',
  },
  'connect-timeout': {
    group: probeGroup,
    value: 'TIME',
    nargs: 1,
    default: '10s',
    coerce: parseDuration('--connect-timeout'),
    describe: 'Longest wait for a TCP connection',
  },
  'reply-timeout': {
    group: probeGroup,
    value: 'TIME',
    nargs: 1,
    default: '45s',
    coerce: parseDuration('--reply-timeout'),
    describe: 'Longest wait for an SMTP reply',
  },
  'sender-timeout': {
    group: probeGroup,
    value: 'TIME',
    nargs: 1,
    default: '180s',
    coerce: parseDuration('--sender-timeout'),
    describe: 'Longest time spent on one sender in all',
  },
  skip: {
    group: courtesyGroup,
    value: 'FILE',
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    defaultDescription: 'none',
    describe: 'File of domains and addresses never to contact; repeatable',
  },
  trace: {
    group: reportGroup,
    value: 'FILE',
    type: 'string',
    nargs: 1,
    describe: 'Every SMTP conversation, one JSON object a line',
  },
} as const satisfies Record<string, Option>;

/** Options of the coordinator of many machines. */
const workersOptions = {
  workers: {
    group: courtesyGroup,
    value: 'URL',
    type: 'string',
    nargs: 1,
    describe: 'Redis through which workers on other machines carry the sessions out',
  },
  'key-prefix': {
    group: courtesyGroup,
    value: 'NAME',
    nargs: 1,
    default: 'sender-survey',
    coerce: parseText('--key-prefix'),
    describe: 'What the keys in Redis begin with',
  },
} as const satisfies Record<string, Option>;

/** Options that keep a survey from becoming a nuisance. */
const courtesyOptions = {
  concurrency: {
    group: courtesyGroup,
    value: 'N',
    alias: 'c',
    nargs: 1,
    default: '50',
    coerce: parseCount('--concurrency', 1),
    describe: 'SMTP sessions open at once',
  },
  'site-sessions': {
    group: courtesyGroup,
    value: 'N',
    nargs: 1,
    default: '2',
    coerce: parseCount('--site-sessions', 1),
    describe: 'Sessions open at once to one site (the servers of one operator)',
  },
  'site-rate': {
    group: courtesyGroup,
    value: 'N',
    nargs: 1,
    default: '20',
    coerce: parseCount('--site-rate', 0),
    describe: 'New sessions a minute to one site; 0 is no limit',
  },
  'site-pause': {
    group: courtesyGroup,
    value: 'TIME',
    nargs: 1,
    default: '1m',
    coerce: parseDuration('--site-pause'),
    describe: 'Pause for a site that says we are too fast; doubles each time',
  },
  'session-recipients': {
    group: courtesyGroup,
    value: 'N',
    nargs: 1,
    default: '10',
    coerce: parseCount('--session-recipients', 1),
    describe: 'Addresses asked about in one session at most',
  },
  retries: {
    group: courtesyGroup,
    value: 'N',
    nargs: 1,
    default: '0',
    coerce: parseCount('--retries', 0),
    describe: 'Ask a sender that got a 4xx again, so many times',
  },
  'retry-delay': {
    group: courtesyGroup,
    value: 'TIME',
    nargs: 1,
    default: '15m',
    coerce: parseDuration('--retry-delay'),
    describe: 'Wait before that; greylisting mostly needs 5m to 15m, RFC 5321 asks for 30m',
  },
  'dry-run': {
    group: courtesyGroup,
    type: 'boolean',
    default: false,
    describe: 'Show what would be asked and about how long it would take; DNS only',
  },
  force: {
    group: courtesyGroup,
    type: 'boolean',
    default: false,
    describe: 'Go on though nobody can be reached, or most sites refuse us',
  },
} as const satisfies Record<string, Option>;

/** Options about the state file. */
export const stateOptions = {
  state: {
    group: stateGroup,
    value: 'FILE',
    type: 'string',
    nargs: 1,
    default: 'sender-survey.db',
    describe: 'Where results are kept as they come; none keeps them in memory',
  },
  'max-age': {
    group: stateGroup,
    value: 'AGE',
    nargs: 1,
    default: '7d',
    coerce: parseDuration('--max-age'),
    describe: 'Results younger than this are reused; 0 asks all again',
  },
  resume: {
    group: stateGroup,
    type: 'boolean',
    default: false,
    describe: "Go on with the state's latest unfinished survey without reading inputs",
  },
  wanted: {
    group: stateGroup,
    value: 'FILE',
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    defaultDescription: 'none',
    describe: 'File of addresses and domains we want mail from; repeatable',
  },
  'learn-wanted': {
    group: stateGroup,
    type: 'boolean',
    default: true,
    describe: 'Only the files of --wanted say who is wanted, not whom our own users wrote to',
  },
} as const satisfies Record<string, Option>;

/** Options about samples. */
const sampleOptions = {
  sample: {
    group: inputGroup,
    value: 'N',
    nargs: 1,
    coerce: parseCount('--sample', 1),
    describe: 'Ask a random sample of this many senders, and estimate the rest',
  },
  seed: {
    group: inputGroup,
    value: 'TEXT',
    type: 'string',
    nargs: 1,
    coerce: parseText('--seed'),
    defaultDescription: 'drawn',
    describe: 'What the sample is drawn with; the same seed draws the same senders',
  },
} as const satisfies Record<string, Option>;

/** Options about reports, shared by `survey` and `report`. */
export const reportOptions = {
  csv: {
    group: reportGroup,
    value: 'FILE',
    type: 'string',
    nargs: 1,
    describe: 'One row a sender; - is standard output',
  },
  json: {
    group: reportGroup,
    value: 'FILE',
    type: 'string',
    nargs: 1,
    describe: 'The totals as JSON; - is standard output',
  },
  html: {
    group: reportGroup,
    value: 'FILE',
    type: 'string',
    nargs: 1,
    describe: 'The report as one page for a browser; - is standard output',
  },
  'postfix-access': {
    group: reportGroup,
    value: 'FILE',
    type: 'string',
    nargs: 1,
    describe: 'Map for check_sender_access that lets the wanted pass whom a check would refuse',
  },
} as const satisfies Record<string, Option>;

/** The options that name a file for a report. */
export const reportFiles = ['csv', 'json', 'html', 'postfix-access'] as const satisfies (keyof typeof reportOptions)[];
export type ReportFile = (typeof reportFiles)[number];

/** Options of `report` alone. */
export const reportCommandOptions = {
  ...reportOptions,
  survey: {
    group: reportGroup,
    value: 'N',
    nargs: 1,
    coerce: parseCount('--survey', 1),
    defaultDescription: 'the latest',
    describe: 'Number of the survey',
  },
  output: {
    group: reportGroup,
    value: 'KIND',
    choices: ['text', 'csv', 'json', 'html', 'prometheus', 'nagios', 'mrtg'],
    default: 'text',
    describe: 'What to print on standard output',
  },
  warn: {
    group: reportGroup,
    value: 'SHARE=RANGE',
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    defaultDescription: 'none',
    describe: 'For nagios: WARNING outside of this share, such as rejected=10% or accepted=50%:; repeatable',
  },
  crit: {
    group: reportGroup,
    value: 'SHARE=RANGE',
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    defaultDescription: 'none',
    describe: 'For nagios: CRITICAL outside of this share; repeatable',
  },
} as const satisfies Record<string, Option>;

/** Options of `queue`. */
export const queueOptions = {
  state: {
    group: reportGroup,
    value: 'FILE',
    type: 'string',
    nargs: 1,
    defaultDescription: 'sender-survey.db, if it is there',
    describe: 'State that tells which senders exist',
  },
  output: {
    group: reportGroup,
    value: 'KIND',
    choices: ['text', 'json', 'prometheus', 'nagios', 'mrtg'],
    default: 'text',
    describe: 'What to print on standard output',
  },
  warn: {
    ...reportCommandOptions.warn,
    value: 'COUNT=RANGE',
    describe: 'For nagios: WARNING outside of this count, such as bounces=500 or invalid=100; repeatable',
  },
  crit: {
    ...reportCommandOptions.crit,
    value: 'COUNT=RANGE',
    describe: 'For nagios: CRITICAL outside of this count; repeatable',
  },
} as const satisfies Record<string, Option>;

/** How progress is shown. */
const progressOptions = {
  progress: {
    group: reportGroup,
    value: 'WHEN',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    describe: 'A bar on a terminal, a line every 10 s elsewhere',
  },
} as const satisfies Record<string, Option>;

export const surveyOptions = {
  ...inputOptions,
  ...sampleOptions,
  ...probeOptions,
  ...courtesyOptions,
  ...workersOptions,
  ...stateOptions,
  ...reportOptions,
  ...progressOptions,
} as const satisfies Record<string, Option>;

/** Options of `worker`: what is its own; the rest is the coordinator's. */
export const workerOptions = {
  workers: workersOptions.workers,
  concurrency: courtesyOptions.concurrency,
  helo: probeOptions.helo,
  port: probeOptions.port,
  'source-address': probeOptions['source-address'],
  'allow-net': probeOptions['allow-net'],
  'key-prefix': workersOptions['key-prefix'],
} as const satisfies Record<string, Option>;

const { trace: _, ...policyProbeOptions } = probeOptions;
const policyGroup = 'The service:';

/** Options of `policy`. */
export const policyOptions = {
  listen: {
    group: policyGroup,
    value: 'WHERE',
    type: 'string',
    nargs: 1,
    describe: 'Where mail servers ask: 127.0.0.1:10040, [::1]:10040 or unix:/path',
  },
  'socket-mode': {
    group: policyGroup,
    value: 'MODE',
    nargs: 1,
    default: '0660',
    coerce: parseFileMode('--socket-mode'),
    describe: 'Who may use the socket of unix:/path',
  },
  mode: {
    group: policyGroup,
    value: 'MODE',
    choices: ['observe', 'prepend', 'defer', 'reject'],
    default: 'observe',
    describe: 'What is done about senders that do not exist: nothing but a line in the log, a header, 450, or 550',
  },
  'for-domain': {
    group: policyGroup,
    value: 'DOMAIN',
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    defaultDescription: 'all',
    describe: 'Do so only for recipients of this domain, and observe the others; repeatable',
  },
  'answer-timeout': {
    group: policyGroup,
    value: 'TIME',
    nargs: 1,
    default: '10s',
    coerce: parseDuration('--answer-timeout'),
    describe: 'Longest wait of a mail server; what is not known by then passes, and is known the next time',
  },
  metrics: {
    group: policyGroup,
    value: 'WHERE',
    type: 'string',
    nargs: 1,
    describe: 'Where Prometheus asks, on this host: 127.0.0.1:9140',
  },
  check: {
    group: policyGroup,
    type: 'boolean',
    default: false,
    describe: 'Look whether the options and the files they name are good, and end',
  },
  'probe-rate': {
    group: courtesyGroup,
    value: 'N',
    nargs: 1,
    default: '120',
    coerce: parseCount('--probe-rate', 0),
    describe: 'Senders asked about a minute; 0 is no limit',
  },
  'client-rate': {
    group: courtesyGroup,
    value: 'N',
    nargs: 1,
    default: '10',
    coerce: parseCount('--client-rate', 0),
    describe: 'The same for mail from one network, /24 or /64',
  },
  ...policyProbeOptions,
  concurrency: courtesyOptions.concurrency,
  'site-sessions': courtesyOptions['site-sessions'],
  'site-rate': courtesyOptions['site-rate'],
  'site-pause': courtesyOptions['site-pause'],
  'session-recipients': courtesyOptions['session-recipients'],
  state: stateOptions.state,
  wanted: stateOptions.wanted,
} as const satisfies Record<string, Option>;

type Values<T extends Record<string, Option>> = Readonly<InferredOptionTypes<T>>;
export type InputOptions = Values<typeof inputOptions>;
export type ProbeOptions = Values<typeof probeOptions>;
export type WorkerOptions = Values<typeof workerOptions>;
export type PolicyOptions = Values<typeof policyOptions>;
export type ReportOptions = Values<typeof reportOptions>;
export type ReportCommandOptions = Values<typeof reportCommandOptions>;
export type QueueOptions = Values<typeof queueOptions>;
export type SurveyOptions = Values<typeof surveyOptions>;
