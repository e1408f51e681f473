/**
 * The domains of a survey's senders: a few freemail operators with thousands of senders, some hundreds of well-known
 * domains, and a long tail with one sender each. Each domain is given the cause that decides over its senders.
 */
import { shuffled, type Random } from '../random.js';
import { nameMaker } from './names.js';
import { reported, type Decider, type Quota } from './quotas.js';

/** What share of all senders each freemail operator has. */
const freemailShares = [0.1, 0.07, 0.05, 0.04, 0.03, 0.025, 0.02, 0.015];
/** Larger domains are not given over to one cause: a big provider that is wholly dead would be news. */
const largestOfOneCause = 12;

/** How one domain's senders turn out: some senders for each quota it has a part in. */
export interface DomainPlan {
  readonly name: string;
  readonly freemail: boolean;
  readonly size: number;
  /** What decides over all its senders; null where its mailboxes decide one by one. */
  readonly decider: Decider | null;
  /** The quota of each of its senders. */
  readonly senders: readonly Quota[];
}

/** Divides the quotas among domains. Exact: each quota gets just its number of senders. */
export function planDomains(quotas: readonly Quota[], random: Random): DomainPlan[] {
  const total = sum(quotas.map(({ senders }) => senders));
  const newName = nameMaker(random);
  const freemail = freemailShares.map((share) => Math.round(share * total));
  const domains = Math.round((reported.domains * total) / reported.senders) - freemail.length;
  const others = tailSizes(total - sum(freemail), domains, random);
  const { taken, left } = giveToCauses(quotas, shuffled(random, others));
  const single = shuffled(
    random,
    quotas.flatMap((quota) => (isSingle(quota) ? Array<Quota>(quota.senders).fill(quota) : [])),
  );
  const mixed = [
    ...freemail.map((size) => ({ size, freemail: true })),
    ...left.map((size) => ({ size, freemail: false })),
  ];
  return [
    ...mixed.map((domain) => ({ ...domain, name: newName(), decider: null, senders: single.splice(0, domain.size) })),
    ...taken.map(({ size, quota }) => ({
      name: newName(),
      freemail: false,
      size,
      decider: quota.decider,
      senders: Array<Quota>(size).fill(quota),
    })),
  ];
}

/** Sizes of so many domains, at least one each, the rest by Zipf's law. */
function tailSizes(senders: number, domains: number, random: Random): number[] {
  const sizes = Array<number>(domains).fill(1);
  const cumulated: number[] = [];
  let weight = 0;
  for (let rank = 1; rank <= domains; rank++) cumulated.push((weight += 1 / rank ** 0.8));
  for (let left = senders - domains; left > 0; left--) {
    const drawn = random() * weight;
    const rank = lowerBound(cumulated, drawn);
    sizes[rank] = (sizes[rank] ?? 0) + 1;
  }
  return sizes;
}

/** Gives each quota that decides for whole domains as many domains as it takes to be filled. */
function giveToCauses(quotas: readonly Quota[], sizes: readonly number[]) {
  const taken: { size: number; quota: Quota }[] = [];
  let left = [...sizes];
  for (const quota of quotas.filter((one) => !isSingle(one))) {
    let missing = quota.senders;
    left = left.filter((size) => {
      if (size > missing || size > largestOfOneCause) return true;
      missing -= size;
      taken.push({ size, quota });
      return false;
    });
    if (missing > 0) throw new Error(`too few small domains for ${quota.senders} senders that are ${quota.reason}`);
  }
  return { taken, left };
}

function isSingle(quota: Quota): boolean {
  return quota.decider.by === 'mailbox';
}

/** Index of the first number that is not below the wanted one. */
function lowerBound(ascending: readonly number[], wanted: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
