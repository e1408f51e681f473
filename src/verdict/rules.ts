/**
 * The rules that give a refusal its reason, as a table read from top to bottom: the first rule that fits decides.
 * Enhanced codes that mean one thing come first; where a code is used for many things, the words decide, and words
 * about us go before words about the mailbox, since a refusal of the asking side says nothing of the address.
 */
import type { reasonsByVerdict, Stage } from './evidence.js';

/** Counts up with every change to the rules that can change a judgement. */
export const rulesVersion = 2;

/** Fits where everything it names fits. Texts are in lower case, with echoes cut out. */
export interface Rule<Verdict extends 'deferred' | 'rejected'> {
  readonly name: string;
  readonly reason: (typeof reasonsByVerdict)[Verdict][number];
  readonly stages?: readonly Stage[];
  readonly codes?: readonly number[];
  readonly enhanced?: RegExp;
  readonly text?: RegExp;
}

/** One pattern out of several alternatives. */
function anyOf(...alternatives: readonly RegExp[]): RegExp {
  return new RegExp(alternatives.map(({ source }) => `(?:${source})`).join('|'));
}

const who =
  /(?:users?|usernames?|mail ?boxe?s?|recipients?|accounts?|address(?:ee)?(?:es)?|e-?mail|alias|customer|member|person|employee|inbox|name)/;

const unknownWords = anyOf(
  new RegExp(`\\bno (?:such|valid|known|existing|active|local)? ?(?:\\w+ )?${who.source}\\b`),
  new RegExp(`\\bnot an? (?:valid|known|existing|local|registered) (?:\\w+ )?${who.source}\\b`),
  new RegExp(
    `\\b(?:unknown|invalid|non-?existent|bad destination|incorrect|unrecogni[sz]ed|undeliverable|wrong)[ -](?:\\w+[ -]){0,3}?${who.source}\\b`,
  ),
  new RegExp(
    `\\b${who.source}\\b[^.;]{0,60}?\\b(?:unknown|not (?:\\w+ )?(?:found|known|exist|valid|recogni[sz]ed|registered|listed|local|available|present|ok)|invalid|unavailable|undeliverable|non-?existent|(?:was|been) (?:deleted|removed)|unallocated|cannot be verified)\\b`,
  ),
  /\bunrout(?:e)?able\b|\bnot our customer\b|\bno (?:longer|one) (?:valid|exists?|available|on server|accepts|by that name|at this|here)\b/,
  /\b(?:doesn'?t|does not) (?:exist|have an? (?:\S+ )?account)\b|\bnot a member of\b|\bnot an active address\b|^not used$|\bmailbox is not allowed\b|\bnot in (?:the |our )?(?:\w+ )?(?:directory|address ?book|list)\b/,
  /\bunknown (?:or illegal )?(?:local[ -]part|alias)\b|\brecipientnotfound\b|\bbad[_ -]recipient\b|\bbadrcptto\b|\bmissing home directory\b/,
  // Spanish, Italian, Polish, German, French.
  /\bno existe\b|\binesistente\b|\bsconosciut[oa]\b|\bnie (?:istnieje|ma takiego)\b|\bunbekannt\b|\bexistiert nicht\b|\binconnu\b/,
);

const fullWords = anyOf(
  /\b(?:over|exceed\w*|exhausted|out of)\b[^.;]{0,30}\b(?:quota|storage|disk|mailbox size|space)\b/,
  /\bquota\b[^.;]{0,20}\b(?:exceeded|full|reached|violation)\b|\bover-?quota\b/,
  /\b(?:mail ?box|mail ?folder|inbox|account|user|storage|maildir)\b[^.;]{0,40}\b(?:full|limit exceeded)\b|\bfull mail ?box\b/,
  /\breached\b[^.;]{0,20}\bquota\b|\bnot (?:have )?enough (?:storage )?space\b|\bspace has been used up\b/,
  /\btoo many messages on\b|\btoo much mail data\b|\bdestinataire pleine\b/,
);

const disabledWords = anyOf(
  /\b(?:user|mail ?box|recipient|account|e-?mail|inbox|customer)\b[^.;]{0,50}?\b(?:disabled|inactive|deactivated|suspended|locked|expired|closed|terminated|discontinued|frozen|not (?:currently )?(?:active|enabled|activated))\b/,
  /\b(?:disabled|inactive|suspended|deactivated|expired|dormant|closed|archived) (?:\w+ )?(?:user|mail ?box|recipient|account|address|inbox)\b/,
  /\bis (?:now )?disabled\b|\bsuspend the service\b|\bnot used for more than\b/,
  /\b(?:mail ?box|recipient account|recipient's account)\b[^.;]{0,20}\b(?:is ?|been |temporarily )blocked\b/,
);

const relayWords = anyOf(
  /\brelay(?:ing)?\b[^.;]{0,30}\b(?:denied|not permitted|not allowed|prohibited|rejected|disabled|disallowed|forbidden|refused)\b/,
  /\b(?:not permitted to|unable to|cannot|can'?t|do(?:es)? not|don'?t|will not|won'?t|not allowed to) relay\b|\bas a relay\b|\bcredentials for relay\b/,
  /\brcpthosts\b|\bdomain (?:is )?not (?:hosted|handled|served|accepted|found) here\b|\bnot an? (?:open )?(?:gateway|relay)\b|\bas mail gate\b|\bto a non-local e-?mail address\b/,
);

const senderWords = anyOf(
  /\bsender (?:address |domain |e-?mail )?(?:is )?(?:empty|rejected|refused|denied|unknown|invalid|not (?:found|allowed|accepted|valid)|does not exist|verify|verification|callout)\b/,
  /\bcallback setup failed\b|\b(?:invalid|bad|unknown|forged|missing|unrout(?:e)?able) (?:envelope )?sender\b(?! ip)|\bnot accept mail from$|\bbadmailfrom\b/,
  /\bdomain of sender address\b|\bfrom: domain\b/,
);

/** Words about the null reverse-path: who reads one of these would be answered otherwise as somebody. */
const bounceWords = anyOf(
  /\b(?:null|empty|blank) (?:reverse.?path|(?:envelope )?senders?|return.?path|from)\b|\bbackscatter protection\b/,
  /\bbounces?\b[^.;]{0,20}\b(?:not|rejected|refused|disallowed)\b|\bnot accept(?:ing)? (?:\w+ )?bounces\b|\breturned mail not\b/,
);

/** Names and words of block lists: who reads one of these was not asked for the mailbox at all. */
const blockListWords =
  /\b(?:spamhaus|spamcop|sorbs|barracudacentral|uceprotect|abuseat|mailspike|spamrats|cloudmark|trend micro rbl|dns[bw]l|rbl|(?:black|block|deny)[- ]?list(?:ed)?|is (?:black)?listed (?:in|by|on|at))\b/;
const reputationWords =
  /\b(?:block(?:ed|ing)?|banned|reputation|spam(?:mers?|ming)?|spoof(?:ed|ing)?|abus(?:e|ive)|unsolicited|suspicious(?:ly)?|malicious|complaints|attacks?|open proxy)\b/;
const identityWords = anyOf(
  /\b(?:ptr|rdns|reverse (?:dns|lookup|hostname|mapping)|ip name lookup|helo|ehlo|client host|find your hostname|dns check|spf|dmarc|dkim)\b/,
  /\b(?:your|this|sending|invalid|bad|dynamic|sender) ips?\b|\byour (?:host(?:name)?|(?:mail )?server|network|isp)\b|\bsending (?:host|server|network)\b/,
  /\bconnecting (?:ip|host)\b|\bip (?:address )?(?:is )?rejected\b|\bresolve your address\b|\bunresolvable\b|\bpurported responsible\b/,
  /\bconnection (?:denied|refused|rejected)\b|\bno access from\b|\bthis (?:mail )?server\b/,
);
const permissionWords =
  /\b(?:authentication (?:is )?required|authrequired|requires? (?:\w+ )?(?:authentication|encryption|tls)|tls\S* (?:\w+ )?required|unauthenticated|not authenticated|not (?:authori[sz]ed|permitted|allowed) to (?:send|connect|e?mail|deliver|submit)|starttls|allowed to connect)\b/;

const aboutUs = anyOf(blockListWords, reputationWords, identityWords, permissionWords);

const policyWords =
  /\b(?:access (?:is )?(?:denied|not allowed)|polic(?:y|ies)|administrative(?:ly)? prohibit\w*|prohibited|not welcome|go away|restricted)\b/;

const throttledWords =
  /\btoo (?:many|much|fast|quick(?:ly)?|frequent(?:ly)?)\b|\brate[- ]?limit|\bthrottl|\bslow down\b|\bslower\b|\bserver busy\b|\btss\d+|\bunexpected volume\b|\bexcessive volume\b|\btemporarily deferred\b|\b(?:connection|session|message)s?\b[^.;]{0,30}\blimit|\bfrequency limited\b/;

/** 4xx at any stage. */
export const deferredRules: readonly Rule<'deferred'>[] = [
  {
    name: 'says greylisting',
    reason: 'greylisted',
    text: /gr[ae]y[- ]?list|postgrey|sqlgrey|\binternal resources? (?:are |is )?temporarily unavailable/,
  },
  { name: '4.2.2 mailbox full', reason: 'mailbox-full', enhanced: /^4\.2\.2$/ },
  { name: '4.2.1 mailbox busy', reason: 'mailbox-busy', enhanced: /^4\.2\.1$/ },
  { name: '4.5.3 too many recipients', reason: 'throttled', enhanced: /^4\.5\.3$/ },
  { name: '421 service not available', reason: 'throttled', codes: [421] },
  { name: 'address not verified yet', reason: 'other-deferral', text: /\bunverified address\b/ },
  {
    name: 'says mailbox busy',
    reason: 'mailbox-busy',
    text: /\b(?:mailbox|recipient|user)\b[^.;]{0,20}\b(?:busy|locked|in use|temporarily (?:unavailable|disabled)|too quickly)\b/,
  },
  { name: 'says that we are too fast', reason: 'throttled', text: throttledWords },
  { name: 'is about us, for now', reason: 'other-deferral', text: anyOf(aboutUs, policyWords) },
  { name: '4.7.x limits', reason: 'throttled', enhanced: /^4\.7\.(?:0|28|[56]\d\d)$/ },
  {
    name: '450/451 as greylisting does',
    reason: 'greylisted',
    codes: [450, 451],
    enhanced: /^4\.(?:7\.1|3\.2|2\.0)$/,
  },
  { name: '4.7.x security', reason: 'other-deferral', enhanced: /^4\.7\./ },
  { name: 'says mailbox full', reason: 'mailbox-full', text: fullWords },
  {
    name: 'asks to come back, as greylisting does',
    reason: 'greylisted',
    codes: [450, 451],
    text: /\b(?:retry|try again|come back|wait)\b[^.;]{0,20}\b\d+ ?(?:s|secs?|seconds?|m|mins?|minutes?)\b|\bfirst (?:time|contact)\b/,
  },
];

/** 5xx at any stage. */
export const rejectedRules: readonly Rule<'rejected'>[] = [
  // Before RCPT nothing is about the mailbox.
  { name: '5xx before MAIL', reason: 'refused-us', stages: ['greeting', 'ehlo', 'starttls'] },
  { name: 'names a block list', reason: 'refused-us', text: blockListWords },
  { name: '5.1.7, 5.1.8, 5.7.27 our sender', reason: 'refused-sender', enhanced: /^5\.(?:1\.[78]|7\.27)$/ },
  {
    name: 'MAIL: says it is our sender',
    reason: 'refused-sender',
    stages: ['mail'],
    text: anyOf(senderWords, bounceWords),
  },
  { name: 'MAIL: 5.3.x to 5.7.x', reason: 'refused-us', stages: ['mail'], enhanced: /^5\.[3-7]\./ },
  { name: 'MAIL: says it is us', reason: 'refused-us', stages: ['mail'], text: anyOf(aboutUs, policyWords) },
  { name: 'MAIL: protocol', reason: 'refused-us', stages: ['mail'], codes: [500, 502, 503, 504, 521, 530, 535] },
  { name: 'MAIL: 5xx', reason: 'refused-sender', stages: ['mail'] },

  // RCPT: codes that mean one thing, and the servers that use them for another.
  { name: '552 with quota words', reason: 'mailbox-full', codes: [552], text: fullWords },
  { name: '5.1.1 with quota words', reason: 'mailbox-full', enhanced: /^5\.1\.1$/, text: fullWords },
  { name: '5.1.x bad destination', reason: 'no-such-mailbox', enhanced: /^5\.1\.(?:1|2|3|6|10)$/ },
  {
    name: '5.1.0 address rejected, as Cisco says it',
    reason: 'no-such-mailbox',
    enhanced: /^5\.1\.0$/,
    text: /\b(?:address|recipient) rejected\b/,
  },
  {
    name: '5.2.1 unknown, as AT&T says it',
    reason: 'no-such-mailbox',
    enhanced: /^5\.2\.1$/,
    text: /\baddressee unknown\b|\binvalid address\b/,
  },
  { name: '5.2.1 mailbox disabled', reason: 'mailbox-disabled', enhanced: /^5\.2\.1$/ },
  { name: '5.2.2 mailbox full', reason: 'mailbox-full', enhanced: /^5\.2\.2$/ },
  {
    name: '5.4.1 access denied, as Exchange says it',
    reason: 'no-such-mailbox',
    enhanced: /^5\.4\.1$/,
    text: /\brecipient address rejected\b|^access denied/,
  },
  { name: '5.7.54, 5.7.64 relaying', reason: 'relay-denied', enhanced: /^5\.7\.(?:54|64)$/ },
  { name: '5.7.x policy', reason: 'refused-us', enhanced: /^5\.7\.(?:[2-9]|\d\d+)$/ },

  // RCPT: codes that are used for anything, and none.
  { name: 'says that bounces are not taken', reason: 'refused-sender', text: bounceWords },
  { name: 'says mailbox disabled', reason: 'mailbox-disabled', text: disabledWords },
  { name: 'says that we are blocked', reason: 'refused-us', text: reputationWords },
  { name: 'says relaying', reason: 'relay-denied', text: relayWords },
  { name: 'says it is our sender', reason: 'refused-sender', text: senderWords },
  { name: 'says it is us', reason: 'refused-us', text: aboutUs },
  { name: 'says mailbox full', reason: 'mailbox-full', text: fullWords },
  { name: 'says no such mailbox', reason: 'no-such-mailbox', text: unknownWords },
  { name: '5.7.x security', reason: 'refused-us', enhanced: /^5\.7\./ },
  { name: 'says policy', reason: 'refused-us', text: policyWords },
  { name: '556 domain takes no mail', reason: 'no-such-mailbox', codes: [556] },
  { name: '521 server takes no mail', reason: 'relay-denied', codes: [521] },
];
