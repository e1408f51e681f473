/**
 * Refusals of the asking side, read closely: whether everybody who asks from here would be told the same, who listed
 * us, and which of our addresses they name. For pacing and for people; verdicts come from judge.ts alone.
 */
import { cutEchoes } from './cut-echoes.js';
import type { Evidence } from './evidence.js';
import { judge } from './judge.js';

/** Lists and filters by the words that replies name them with; the names are those their operators use. */
const blockLists: readonly (readonly [name: string, words: RegExp])[] = [
  ['Spamhaus (zen.spamhaus.org)', /\bspamhaus\b/],
  ['SpamCop (bl.spamcop.net)', /\bspamcop\b/],
  ['Barracuda (b.barracudacentral.org)', /\bbarracuda(?:central|networks)?\b/],
  ['SORBS', /\bsorbs\b/],
  ['UCEPROTECT', /\buceprotect\b/],
  ['Backscatterer (ips.backscatterer.org)', /\bbackscatterer\b/],
  ['Abusix', /\babusix\b/],
  ['Mailspike', /\bmailspike\b/],
  ['SpamRATS', /\bspamrats\b/],
  ['PSBL', /\bpsbl\b|\bsurriel\b/],
  ['Invaluement', /\binvaluement\b/],
  ['Cloudmark', /\bcloudmark\b/],
  ['Proofpoint', /\bproofpoint\b|\bpphosted\b/],
  ['Trend Micro', /\btrend ?micro\b/],
  ['Cisco Talos (SenderBase)', /\bsenderbase\b|\btalosintelligence\b|\bironport\b/],
  ['Sender Score (Validity)', /\bsenderscore\b|\bvalidity\.com\b/],
  ['Mimecast', /\bmimecast\b/],
  ['Microsoft (S3140)', /\bs3140\b/],
  ['Microsoft (S3150)', /\bs3150\b/],
  ['Microsoft (delist.messaging.microsoft.com)', /\bdelist\b[^ ]*\bmicrosoft\b|\b5\.7\.60[6-9]\b/],
  ['Yahoo (postmaster.yahooinc.com)', /\bpostmaster\.(?:yahooinc|yahoo)\.com\b|\[?(?:tss|ph)\d\d\]?/],
];

/** `blocked using bl.example`, `listed at dnsbl.example`: a list of any name. */
const namedZone =
  /\b(?:using|listed (?:in|at|by|on)|blacklisted (?:in|at|by|on)|blocked by|found in)\s+([a-z\d-]+(?:\.[a-z\d-]+)+)/;

/** Words at RCPT that tell a refusal of everything from here apart from one of this sender or recipient alone. */
const wholesaleWords =
  /\b(?:(?:black|block|deny)[- ]?list(?:ed)?|dns[bw]l|rbl|listed|blocked|banned|reputation|block list)\b/;

/**
 * Whether the server refuses to talk to us at all: before RCPT, or at RCPT in the words of block lists. `address` is
 * the one asked about.
 */
export function refusesUs(evidence: Evidence, address: string): boolean {
  if (judge(evidence, address).reason !== 'refused-us') return false;
  if (evidence.stage !== 'rcpt') return true;
  const text = cutEchoes(evidence.replyText ?? '', address, [evidence.mxHost ?? '']);
  return wholesaleWords.test(text) || blockLists.some(([, words]) => words.test(text));
}

/** The block lists that a reply names, as people know them; none where it names none. */
export function blockListsIn({ replyText, enhancedCode }: Evidence): readonly string[] {
  const text = `${enhancedCode ?? ''} ${replyText ?? ''}`.toLowerCase();
  const known = blockLists.filter(([, words]) => words.test(text)).map(([name]) => name);
  const zone = namedZone.exec(text)?.[1];
  return known.length > 0 || zone === undefined ? known : [zone];
}

const ipv4 = /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]*\d)/g;
const ipv6 = /(?<![\w:])(?:[\da-f]{1,4}:){2,7}(?::|[\da-f]{1,4})(?::?[\da-f]{1,4})*(?![\w:])/gi;

/** The addresses of ours that a reply names: every IP address in it but the server's own. */
export function ownAddressesIn({ replyText, mxAddress }: Evidence): readonly string[] {
  const text = replyText ?? '';
  const named = [...(text.match(ipv4) ?? []), ...(text.match(ipv6) ?? [])];
  return [...new Set(named)].filter((address) => address !== mxAddress);
}
