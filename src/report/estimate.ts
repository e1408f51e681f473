/**
 * From a simple random sample of senders to a share of all of them, with a 95 % interval: Wilson's, for the number of
 * independent equal answers that the sample is worth. One method serves senders, who weigh 1 each, and messages, where
 * a sender weighs as many as it sent.
 *
 * The share of the sample is the ratio estimator. What it has wrong is only what the senders outside of the sample would
 * have answered, and what these weigh is known, for the logs told it. So the variance is that of the prediction of the
 * rest (R. M. Royall, "On finite population sampling theory under certain linear regression models", Biometrika 57,
 * 1970): a few big senders outside of the sample widen the interval, though nothing in the sample tells of them. With
 * equal weights it is the usual finite population correction (W. G. Cochran, "Sampling Techniques", 1977, section 3.2),
 * as B. O'Neill puts it into Wilson's interval (arXiv:2109.12464). Wilson's with an effective sample size: C. Franco
 * et al., "Comparative study of confidence intervals for proportions in complex sample surveys", Journal of Survey
 * Statistics and Methodology 7, 2019.
 */

/** Sums over some senders: of what they weigh, and of the squares of that. */
export interface Sums {
  readonly sum: number;
  readonly squares: number;
}

/** What the sample was drawn from. */
export interface Population extends Sums {
  readonly senders: number;
}

/** A share of a whole that is known by a sample. */
export interface Estimate {
  /** In the sample, from 0 to 1; the best guess for all. */
  readonly share: number;
  /** The ends of the 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** How many of all senders or messages that is: the best guess, a whole number. */
  readonly about: number;
}

/** The 97.5th percentile of the normal distribution. */
const z = 1.959963984540054;

/**
 * Estimates which share `hit` has of `whole` among all, where both are parts of the sample; null where nothing of the
 * sample belongs to the whole.
 */
export function estimateShare(hit: Sums, whole: Sums, sample: Sums, population: Population): Estimate | null {
  if (whole.sum === 0) return null;
  const share = hit.sum / whole.sum;
  const { rest, all } = outside(sample, population);
  const [low, high] = wilson(share, variance(hit, whole, sample, population));
  return {
    share,
    // What was seen is certain: the rest may at most be all of one kind.
    low: Math.min(Math.max(low, hit.sum / (whole.sum + rest)), share),
    high: Math.max(Math.min(high, (hit.sum + rest) / (whole.sum + rest)), share),
    about: Math.round((hit.sum / sample.sum) * all),
  };
}

/** The variance of the share as a multiple of share × (1 − share): 1 / number of independent equal answers. */
function variance(hit: Sums, whole: Sums, sample: Sums, population: Population): number {
  const { rest, all, restSquares } = outside(sample, population);
  // Of the rest, as much belongs to the whole as of the sample.
  const ofWhole = whole.sum / sample.sum;
  const ofRest = restSquares / (ofWhole * all ** 2);
  const ofSample = (rest / all) ** 2 * spread(hit, whole);
  return ofRest + ofSample === 0 ? 0 : (ofRest + ofSample) * (population.senders / (population.senders - 1));
}

/** What is known of the senders that were not drawn. */
function outside(sample: Sums, population: Sums): { rest: number; all: number; restSquares: number } {
  const rest = Math.max(population.sum - sample.sum, 0);
  return { rest, all: sample.sum + rest, restSquares: Math.max(population.squares - sample.squares, 0) };
}

/**
 * The variance of the sample's share as a multiple of share × (1 − share): as it is if weights and answers have nothing to
 * do with each other, or as the answers show it (the linearised variance of a ratio) where that is more.
 */
function spread(hit: Sums, whole: Sums): number {
  const share = hit.sum / whole.sum;
  const unrelated = whole.squares / whole.sum ** 2;
  if (share === 0 || share === 1) return unrelated;
  const deviations = (1 - share) ** 2 * hit.squares + share ** 2 * (whole.squares - hit.squares);
  return Math.max(unrelated, deviations / (share * (1 - share) * whole.sum ** 2));
}

/** Wilson's interval; `inverse` is 1 / number of answers, so that a census has 0. */
function wilson(share: number, inverse: number): [low: number, high: number] {
  const scale = 1 + z ** 2 * inverse;
  const centre = share + (z ** 2 * inverse) / 2;
  const half = z * Math.sqrt(share * (1 - share) * inverse + (z * inverse) ** 2 / 4);
  return [(centre - half) / scale, (centre + half) / scale];
}
