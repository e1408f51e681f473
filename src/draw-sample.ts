/**
 * The random sample of a survey: who is in it, and what the survey has to keep of all the others, so that `report` can
 * estimate what they would have answered.
 */
import { messagesOf } from './report/messages-of.js';
import { chooseSample } from './senders/choose-sample.js';
import type { SenderCount } from './senders/collect-senders.js';
import type { State } from './store/state.js';
import type { CountedMail, Sample } from './store/survey-info.js';

/** How many senders to draw, and with which seed; null where one is to be drawn too. */
export interface SampleSettings {
  readonly size: number;
  readonly seed: string | null;
}

/** A sample as the state keeps it, and who is in it. */
export interface DrawnSample {
  readonly sample: Sample;
  /** Of the messages of all senders: their sum, and the sum of the squares of each sender's. */
  readonly sampledFrom: { readonly messages: number; readonly squaredMessages: number };
  has(address: string): boolean;
}

/** Draws the sample; where the same command was interrupted, with the seed that it had drawn. */
export function drawSample(
  senders: Iterable<SenderCount>,
  mail: CountedMail,
  { size, seed: given }: SampleSettings,
  seedBefore: () => string | null,
  random: () => number,
): DrawnSample {
  const seed = given ?? seedBefore() ?? drawSeed(random);
  const drawn = chooseSample(weigh(senders, messagesOf[mail]), size, seed);
  const { population, messages, squaredMessages } = drawn;
  return {
    sample: { size: drawn.size, population, seed },
    sampledFrom: { messages, squaredMessages },
    has: (address) => drawn.has(address),
  };
}

/** The seed of the state's latest unfinished survey, if it was by this command. */
export function unfinishedSeed(state: State, command: string): string | null {
  const unfinished = state.unfinishedSurvey();
  return unfinished?.command === command ? (unfinished.sample?.seed ?? null) : null;
}

/** Short enough to be typed again. */
function drawSeed(random: () => number): string {
  return String(Math.floor(random() * 1e9));
}

function* weigh(
  senders: Iterable<SenderCount>,
  messages: (sender: SenderCount) => number,
): Generator<{ address: string; messages: number }> {
  for (const sender of senders) yield { address: sender.address, messages: messages(sender) };
}
