/**
 * What sessions of one run have learnt that later ones can use: how a server takes commands in groups, whether it wants
 * TLS and whether its TLS works, and whether a domain accepts an address that cannot exist. Forgets what is oldest, so that it stays small.
 */

/** How much is remembered of each kind. */
const capacity = 100_000;

/** A Map that forgets what was put in first. */
class ShortMemory<V> {
  readonly #entries = new Map<string, V>();

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: V): void {
    this.#entries.set(key, value);
    if (this.#entries.size > capacity) this.#entries.delete(this.#entries.keys().next().value ?? key);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}

/** What is remembered of one server, and of some domains, to be told to another process. */
export interface ServerKnowledge {
  readonly pipelining: 'works' | 'fails' | null;
  readonly plainText: 'taken' | 'refused' | null;
  readonly tlsFailed: boolean;
  /** Domains that need not be asked about an address that cannot exist; null where the answer is not known. */
  readonly catchAll: readonly { readonly domain: string; readonly accepts: boolean | null }[];
}

/** The memory of a run, shared by its sessions. Servers go by IP address. */
export class ServerMemory {
  readonly #pipelining = new ShortMemory<'works' | 'fails'>();
  readonly #plainText = new ShortMemory<'taken' | 'refused'>();
  readonly #tlsFailed = new ShortMemory<true>();
  readonly #catchAll = new ShortMemory<boolean | null>();

  /** How the server took the commands sent to it in one piece; undefined where that was not tried. */
  pipelining(address: string): 'works' | 'fails' | undefined {
    return this.#pipelining.get(address);
  }

  /** Notes how it took them. What failed once is not tried again. */
  notePipelining(address: string, outcome: 'works' | 'fails'): void {
    if (this.#pipelining.get(address) !== 'fails') this.#pipelining.set(address, outcome);
  }

  /** Whether the server took MAIL without TLS though it offers it; undefined where that was not tried. */
  plainText(address: string): 'taken' | 'refused' | undefined {
    return this.#plainText.get(address);
  }

  notePlainText(address: string, outcome: 'taken' | 'refused'): void {
    this.#plainText.set(address, outcome);
  }

  /** Whether the server offered TLS that then did not work. */
  tlsFailed(address: string): boolean {
    return this.#tlsFailed.get(address) ?? false;
  }

  noteTlsFailure(address: string): void {
    this.#tlsFailed.set(address, true);
  }

  /** Whether nobody has asked this domain yet about an address that cannot exist, or is doing so. */
  isCatchAllOpen(domain: string): boolean {
    return this.#catchAll.get(domain) === undefined;
  }

  /** Notes the answer about a domain; null while it is being asked, and where the answer says nothing. */
  noteCatchAll(domain: string, accepts: boolean | null): void {
    this.#catchAll.set(domain, accepts);
  }

  /** The question could not be put after all: another session may. */
  reopenCatchAll(domain: string): void {
    this.#catchAll.delete(domain);
  }

  /** Whether the domain accepts an address that cannot exist; null where that is not known, or not yet. */
  acceptsAll(domain: string): boolean | null {
    return this.#catchAll.get(domain) ?? null;
  }

  /** What is known of a server, and of those of the domains that have been asked, or are being. */
  tell(address: string, domains: readonly string[]): ServerKnowledge {
    return {
      pipelining: this.#pipelining.get(address) ?? null,
      plainText: this.#plainText.get(address) ?? null,
      tlsFailed: this.tlsFailed(address),
      catchAll: domains
        .filter((domain) => !this.isCatchAllOpen(domain))
        .map((domain) => ({ domain, accepts: this.acceptsAll(domain) })),
    };
  }

  /** Takes over what another process knows. */
  learn(address: string, { pipelining, plainText, tlsFailed, catchAll }: ServerKnowledge): void {
    if (pipelining !== null) this.notePipelining(address, pipelining);
    if (plainText !== null) this.notePlainText(address, plainText);
    if (tlsFailed) this.noteTlsFailure(address);
    for (const { domain, accepts } of catchAll) this.noteCatchAll(domain, accepts);
  }
}
