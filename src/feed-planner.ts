/**
 * Gives the planner its work: the domains of the survey, those with most senders first, as fast as DNS answers and no
 * faster than there is room; then those whose senders are to be asked again, when they are due.
 */
import { evidenceOfDns, serversToTry } from './ask-servers.js';
import type { Bell } from './bell.js';
import type { Clock } from './clock.js';
import type { MailServerFinder } from './exchangers/find-mail-servers.js';
import type { HandOut } from './hand-out.js';
import type { Dismissal, Planner } from './plan/planner.js';
import type { Retries } from './plan/retries.js';
import type { State } from './store/state.js';

/** DNS look-ups under way at once; more make c-ares slower, not faster. */
const lookUpsAtOnce = 50;
/** Senders to be asked again that are looked at together. */
const dueAtOnce = 1000;

/** What feeding needs. */
export interface Feed {
  readonly planner: Pick<Planner, 'add' | 'hasRoom' | 'isDone'>;
  readonly handOut: Pick<HandOut, 'announce' | 'announceAgain'>;
  readonly finder: MailServerFinder;
  readonly retries: Retries;
  readonly domains: ReturnType<State['pendingDomains']>;
  readonly senders: State['senders'];
  readonly clock: Clock;
  /** Rung whenever a session is settled, and at an abort. */
  readonly bell: Bell;
  readonly signal: AbortSignal;
  /** Whether senders may have to be asked again as long as any is being asked. */
  readonly mayRecall: boolean;
  /** Something was added. */
  readonly added: () => void;
  /** Senders that will not be asked. */
  readonly dismissed: (dismissals: readonly Dismissal[]) => void;
}

/** Senders of one domain to be added; the ids of those to be asked again, none for those not asked yet. */
interface Load {
  readonly domainId: number;
  readonly domain: string;
  readonly senders: number;
  readonly again?: readonly number[];
}

/** Feeds the planner until nothing can come any more, or the signal. */
export async function feedPlanner(feed: Feed): Promise<void> {
  const { planner, retries, clock, bell, signal } = feed;
  const fresh = feed.domains[Symbol.iterator]();
  let again: Load[] = [];
  let isFreshOver = false;
  let lookUps = 0;
  const faults: unknown[] = [];

  const nextLoad = (): Load | null => {
    if (again.length === 0) again = dueAgain(feed);
    const due = again.shift();
    if (due !== undefined) return due;
    const { value, done } = isFreshOver ? { value: undefined, done: true } : fresh.next();
    isFreshOver = done === true;
    return value ?? null;
  };
  const isFree = (): boolean => lookUps < lookUpsAtOnce && planner.hasRoom();
  const startNext = (): boolean => {
    const load = isFree() ? nextLoad() : null;
    if (load === null) return false;
    lookUps += 1;
    void add(load, feed)
      .catch((fault: unknown) => faults.push(fault))
      .finally(() => {
        lookUps -= 1;
        bell.ring();
      });
    return true;
  };

  while (!signal.aborted && faults.length === 0) {
    while (startNext());
    const isOver = isFreshOver && lookUps === 0 && retries.waiting === 0;
    if (isOver && (!feed.mayRecall || planner.isDone())) break;
    // Where there is no room for those that are due, what makes some rings.
    const nextAt = isFree() ? retries.nextAt : null;
    await bell.wait(clock, nextAt === null ? null : Math.max(0, nextAt - clock.now()));
  }
  if (faults.length > 0) throw faults[0];
}

/** The senders that are due by now, by domain. */
function dueAgain({ retries, senders, clock }: Feed): Load[] {
  const byDomain = new Map<number, { domain: string; ids: number[] }>();
  for (const { senderId, domainId, domain } of senders(retries.takeDue(clock.now(), dueAtOnce))) {
    const known = byDomain.get(domainId) ?? { domain, ids: [] };
    known.ids.push(senderId);
    byDomain.set(domainId, known);
  }
  return Array.from(byDomain, ([domainId, { domain, ids }]) => ({ domainId, domain, senders: ids.length, again: ids }));
}

async function add({ domainId, domain, senders, again }: Load, feed: Feed): Promise<void> {
  const found = await feed.finder.find(domain);
  if (feed.signal.aborted) return;
  if (again === undefined) feed.handOut.announce(domainId, senders);
  else feed.handOut.announceAgain(domainId, again);
  if (found.kind === 'none') {
    feed.dismissed([{ domainId, senders, evidence: evidenceOfDns(found, feed.clock.now()) }]);
    return;
  }
  feed.dismissed(feed.planner.add(domainId, senders, serversToTry(found)));
  feed.added();
}
