/**
 * Names for made-up domains and people. All domains are under .example, which nobody can own (RFC 2606).
 */
import { pick, wholeBetween, type Random } from '../random.js';

const syllables =
  'al an ar bel ber bor cor dal den dor el en fal fen gar gil han hol in jor kal kel kor lan lin lor mar mel mon nal nor or pal pen ral ren sal sel sol tal ten tor ul val ven vor wal wen zel zor'.split(
    ' ',
  );
const firstNames =
  'anna ben carla david elena finn greta hans ida jan klara lukas marie nils olga paul rosa stefan tina uwe vera walter yusuf zoe'.split(
    ' ',
  );
const lastNames =
  'berg fischer keller lang meyer novak olsen peters quist rossi sand thoma ulrich vogel weber ziegler smith jones silva tanaka'.split(
    ' ',
  );
const characters = 'abcdefghiklmnopqrstuvwxyz0123456789'.split('');
const roles = 'info office newsletter sales support service news billing noreply webmaster'.split(' ');

/** Gives a new domain name at each call. */
export function nameMaker(random: Random): () => string {
  const used = new Set<string>();
  return () => {
    for (;;) {
      const parts = Array.from({ length: wholeBetween(random, 3, 4) }, () => pick(random, syllables));
      const name = `${parts.join('')}.example`;
      if (!used.has(name)) return (used.add(name), name);
    }
  };
}

/** A local part such as senders have: mostly people, some roles, bounce addresses, and what spammers make up. */
export function localPart(random: Random): string {
  const kind = random();
  const first = pick(random, firstNames);
  const last = pick(random, lastNames);
  if (kind < 0.3) return `${first}.${last}`;
  if (kind < 0.55) return `${first}${wholeBetween(random, 1, 9999)}`;
  if (kind < 0.65) return pick(random, roles);
  if (kind < 0.7) return `bounce-${wholeBetween(random, 1000, 999_999)}-${first}=corp.example`;
  if (kind < 0.73)
    return `${first.charAt(0).toUpperCase()}${first.slice(1)}.${last.charAt(0).toUpperCase()}${last.slice(1)}`;
  if (kind < 0.735) return `"${first} ${last}"`;
  return Array.from({ length: wholeBetween(random, 5, 12) }, () => pick(random, characters)).join('');
}

/** A local part that is not among those used, whatever their case; it is then. */
export function newLocalPart(random: Random, used: Set<string>): string {
  for (let tries = 0; ; tries++) {
    const drawn = localPart(random);
    const name = tries < 5 || drawn.startsWith('"') ? drawn : `${drawn}${wholeBetween(random, 1, 1e6)}`;
    if (!used.has(name.toLowerCase())) {
      used.add(name.toLowerCase());
      return name;
    }
  }
}
