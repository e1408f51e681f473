/**
 * What the fake DNS answers to a question: a pure function of the world's names (RFC 1034 section 4.3.2, with this one
 * server as the authority for everything).
 */
import {
  AUTHORITATIVE_ANSWER,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  type Answer as ResourceRecord,
  type Packet,
  type Question,
} from 'dns-packet';
import type { DnsFault, NameRecords, World } from './world.js';

const rcodes = { noerror: 0, servfail: 2, nxdomain: 3, refused: 5 } as const;
/** Longest chain of aliases followed; a loop of them ends here. */
const longestChain = 8;

type Outcome = { readonly rcode: keyof typeof rcodes; readonly answers: ResourceRecord[] };

/** The names of a world, ready to be asked for: every name above one that exists, exists as well. */
export type Zone = ReadonlyMap<string, DnsFault | NameRecords>;

/** Makes the zone of a world. */
export function zoneOf(world: World): Zone {
  const zone = new Map<string, DnsFault | NameRecords>(Object.entries(world.names));
  for (const name of Object.keys(world.names)) {
    for (let above = parentOf(name); above !== '' && !zone.has(above); above = parentOf(above)) zone.set(above, {});
  }
  return zone;
}

/** The response to a query, or null where the world says that none comes. */
export function answerQuery(zone: Zone, query: Packet): Packet | null {
  const question = query.questions?.[0];
  const outcome = question ? lookUp(zone, question) : ({ rcode: 'refused', answers: [] } as const);
  if (outcome === null) return null;
  const asked = (query.flags ?? 0) & RECURSION_DESIRED;
  return {
    type: 'response',
    id: query.id,
    flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | asked | rcodes[outcome.rcode],
    questions: query.questions ?? [],
    answers: [...outcome.answers],
  };
}

function lookUp(zone: Zone, question: Question): Outcome | null {
  const answers: ResourceRecord[] = [];
  let name = question.name;
  for (let links = 0; links < longestChain; links++) {
    const entry = zone.get(name.toLowerCase());
    if (entry === undefined) return { rcode: 'nxdomain', answers };
    if (typeof entry === 'string') return failed(entry);
    if (entry.cname === undefined) return withRecords(answers, name, question.type, entry);
    answers.push({ type: 'CNAME', name, ttl: ttlOf(entry), data: entry.cname });
    if (question.type === 'CNAME') return { rcode: 'noerror', answers };
    name = entry.cname;
  }
  return { rcode: 'servfail', answers: [] };
}

function withRecords(before: ResourceRecord[], name: string, type: string, entry: NameRecords): Outcome | null {
  const found = recordsOf(name, type, entry);
  return typeof found === 'string' ? failed(found) : { rcode: 'noerror', answers: [...before, ...found] };
}

function recordsOf(name: string, type: string, entry: NameRecords): DnsFault | ResourceRecord[] {
  const ttl = ttlOf(entry);
  switch (type) {
    case 'A':
    case 'AAAA': {
      const addresses = (type === 'A' ? entry.a : entry.aaaa) ?? [];
      return typeof addresses === 'string' ? addresses : addresses.map((data) => ({ type, name, ttl, data }));
    }
    case 'MX':
      if (typeof entry.mx === 'string') return entry.mx;
      return (entry.mx ?? []).map((text) => ({ type, name, ttl, data: exchangerOf(text) }));
    case 'TXT':
      return (entry.txt ?? []).map((data) => ({ type, name, ttl, data }));
    default:
      return [];
  }
}

function exchangerOf(text: string): { preference: number; exchange: string } {
  const [preference, exchange] = text.split(' ');
  if (!/^\d+$/.test(preference ?? '') || exchange === undefined) throw new Error(`not an MX record: "${text}"`);
  return { preference: Number(preference), exchange };
}

function failed(fault: DnsFault): Outcome | null {
  return fault === 'silence' ? null : { rcode: fault, answers: [] };
}

function ttlOf(entry: NameRecords): number {
  return entry.ttl ?? 300;
}

function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}
