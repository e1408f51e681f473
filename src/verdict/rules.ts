/**
 * The rules that give a refusal its reason, as a table read from top to bottom: the first rule that fits decides.
 * Enhanced codes that mean one thing come first; where a code is used for many things, the words decide, and words
 * about us go before words about the mailbox, since a refusal of the asking side says nothing of the address.
 */
import type { reasonsByVerdict, Stage } from './evidence.js';

/** Counts up with every change to the rules that can change a judgement. */
export const rulesVersion = 1;

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
  new RegExp(`\\b(?:no|not an?) (?:such|valid|known|existing|active|local)? ?(?:\\w+ )?${who.source}\\b`),
  new RegExp(
    `\\b(?:unknown|invalid|non-?existent|nonexisting|bad destination|incorrect|unrecogni[sz]ed|undeliverable|wrong) (?:\\w+[ -]){0,3}?${who.source}\\b`,
  ),
  new RegExp(
    `\\b${who.source}\\b[^.;]{0,60}?\\b(?:unknown|not (?:\\w+ )?(?:found|known|exist|valid|recogni[sz]ed|registered|listed|local|available here|present|defined)|doesn'?t (?:\\w+ )?exist|invalid|no longer|unavailable|was deleted|(?:has|have) been (?:deleted|removed)|undeliverable|isn'?t (?:known|valid|here)|non-?existent)\\b`,
  ),
  /\bunrouteable\b|\bunroutable\b|\bnot our customer\b|\bno mailbox here by that name\b|\bdoes not have an? (?:\w+ )?account\b/,
  /\bdoesn'?t have an? (?:\S+ )?account\b|\bno one (?:here )?by that name\b|\bnot in (?:the )?(?:directory|address ?book)\b|\brecipientnotfound\b|\bnotfound\b/,
  /\bunknown (?:or illegal )?(?:local[ -]part|alias|address|in)\b|\bunknown$|^unknown\b|\bdoes(?: not|n'?t) exist\b/,
);

const fullWords = anyOf(
  /\b(?:over|exceed\w*|out of|above|beyond)\b[^.;]{0,30}\b(?:quota|storage|disk|mailbox size|space)\b/,
  /\bquota\b[^.;]{0,20}\b(?:exceeded|full|reached|violation)\b|\boverquota\b|\bfull (?:mail|in)box\b/,
  /\b(?:mail ?box|inbox|account|user|storage|maildir|folder)\b[^.;]{0,40}\b(?:full|too large|quota)\b/,
);

const disabledWords = anyOf(
  /\b(?<!your )(?:user|mail ?box|recipient|account|address|e-?mail|inbox|customer)\b[^.;]{0,50}?\b(?:disabled|inactive|inactivated|deactivated|suspended|locked|expired|closed|terminated|discontinued|frozen|(?:is|been|temporarily) blocked|not (?:currently )?(?:active|enabled|activated)|not accepting (?:\w+ )?(?:mail|messages))\b/,
  /\b(?:disabled|inactive|suspended|deactivated|expired|dormant|closed) (?:\w+ )?(?:user|mail ?box|recipient|account|address|inbox)\b/,
);

const relayWords = anyOf(
  /\brelay(?:ing)?\b[^.;]{0,30}\b(?:denied|not permitted|not allowed|prohibited|rejected|disabled|forbidden|refused|is not|isn'?t)\b/,
  /\b(?:not permitted to|unable to|cannot|can'?t|do(?:es)? not|don'?t|will not|won'?t|not allowed to|no) relay\b|\bto relay through\b/,
  /\brcpthosts\b|\bnot (?:a )?(?:locally )?(?:hosted|local|handled) (?:here|domain)\b|\bdomain (?:is )?not (?:hosted|handled|served|accepted|found here)\b|\bnot a (?:gateway|relay)\b/,
);

const senderWords = anyOf(
  /\bsender (?:address |domain |e-?mail )?(?:rejected|refused|denied|unknown|invalid|not (?:found|allowed|accepted|valid)|does not exist|must)\b/,
  /\bsender (?:verify|verification|callout|callback)\b|\bcallback setup failed\b|\b(?:invalid|bad|unknown|forged|missing) (?:envelope )?sender\b/,
  /\b(?:null|empty|blank) (?:reverse.?path|(?:envelope )?senders?|return.?path|from)\b|\bmail from (?:address|domain|command)?\b[^.;]{0,20}\b(?:rejected|refused|denied|invalid|not)\b/,
  /\bdomain of sender address\b|\bsender'?s? domain\b|\benvelope (?:sender|from)\b|\b(?:bounces?|bounce messages?|dsns?)\b[^.;]{0,20}\b(?:not|rejected|refused|disallowed)\b|\bnot accept(?:ing)? (?:\w+ )?bounces\b/,
);

const listWords =
  /\b(?:block(?:ed|ing|s)?|block[- ]?list(?:ed)?|black[- ]?list(?:ed|ing)?|deny[- ]?list(?:ed)?|dns[bw]l|rbl|listed (?:in|by|on|at)|spamhaus|spamcop|barracuda(?:central)?|sorbs|abuseat|cbl|uceprotect|mailspike|spamrats|senderscore|cloudmark|trend ?micro|banned|blocked)\b/;
const reputationWords =
  /\b(?:reputation|spam(?:mers?|ming)?|abus(?:e|ive)|unsolicited|suspicious|malicious|bad neighbou?rhood|ukrainian|s3140|s3150|as\(\d+\)|tss\d+|complaints)\b/;
const identityWords =
  /\b(?:ptr|rdns|reverse[- ](?:dns|lookup|hostname|mapping|name)|fcrdns|helo|ehlo|dynamic (?:ip|host|address)|residential|client host|your (?:ip|host(?:name)?|(?:mail )?server|network|address|domain)|connecting (?:ip|host)|find your|dns (?:check|error|record)|spf|dmarc|dkim|geo(?:ip)?|country)\b/;
const permissionWords =
  /\b(?:auth(?:entication|enticate)? (?:is )?required|authrequired|requires? (?:\w+ )?auth\w*|unauthenticated|not authenticated|authenticate (?:first|before)|not (?:authori[sz]ed|permitted|allowed) to (?:send|connect|e?mail|deliver|submit)|starttls|tls (?:is )?required|encryption)\b/;

const aboutUs = anyOf(listWords, reputationWords, identityWords, permissionWords);

const policyWords =
  /\b(?:access (?:is )?(?:denied|not allowed)|polic(?:y|ies)|administrative(?:ly)? prohibit\w*|prohibited|security|not welcome|go away|no thanks|refused by|rejected by|you are not|restricted)\b/;

const throttledWords =
  /\btoo (?:many|much|fast|quick(?:ly)?|frequent(?:ly)?)\b|\brate[- ]?(?:limit\w*|control\w*)?\b|\bthrottl|\bslow down\b|\bbusy\b(?!.*mailbox)|\bload\b|\btss\d+|\bunexpected volume\b|\btemporarily deferred\b|\b(?:connection|session|message|recipient|sending)s?\b[^.;]{0,30}\blimit|\blimits? (?:exceeded|reached)|\bexceeded\b[^.;]{0,40}\b(?:connections|rate|limit|messages)/;

/** 4xx at any stage. */
export const deferredRules: readonly Rule<'deferred'>[] = [
  { name: 'says greylisting', reason: 'greylisted', text: /gr[ae]y[- ]?list|postgrey|sqlgrey|milter-greylist/ },
  { name: '4.2.2 mailbox full', reason: 'mailbox-full', enhanced: /^4\.2\.2$/ },
  { name: '4.2.1 mailbox busy', reason: 'mailbox-busy', enhanced: /^4\.2\.1$/ },
  { name: '4.5.3 too many recipients', reason: 'throttled', enhanced: /^4\.5\.3$/ },
  { name: '421 service not available', reason: 'throttled', codes: [421] },
  { name: 'says that we are too fast', reason: 'throttled', text: throttledWords },
  { name: 'is about us, for now', reason: 'other-deferral', text: aboutUs },
  { name: '4.7.x limits', reason: 'throttled', enhanced: /^4\.7\.(?:0|28|5\d\d|6\d\d)$/ },
  { name: '450/451 as greylisting does', reason: 'greylisted', codes: [450, 451], enhanced: /^4\.(?:7\.1|3\.2|2\.0)$/ },
  { name: 'says mailbox full', reason: 'mailbox-full', text: fullWords },
  {
    name: 'says mailbox busy',
    reason: 'mailbox-busy',
    text: /\bmailbox\b[^.;]{0,20}\b(?:busy|locked|in use)\b|\bbusy mailbox\b/,
  },
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
  { name: 'our sender, by code', reason: 'refused-sender', enhanced: /^5\.(?:1\.[78]|7\.27)$/ },
  { name: 'MAIL: says it is our sender', reason: 'refused-sender', stages: ['mail'], text: senderWords },
  { name: 'MAIL: 5.3.x to 5.7.x', reason: 'refused-us', stages: ['mail'], enhanced: /^5\.[3-7]\./ },
  { name: 'MAIL: says it is us', reason: 'refused-us', stages: ['mail'], text: anyOf(aboutUs, policyWords) },
  { name: 'MAIL: protocol', reason: 'refused-us', stages: ['mail'], codes: [500, 502, 503, 504, 521, 530, 535] },
  { name: 'MAIL: 5xx', reason: 'refused-sender', stages: ['mail'] },

  // RCPT: codes that mean one thing.
  { name: '5.1.x bad destination', reason: 'no-such-mailbox', enhanced: /^5\.1\.(?:1|2|3|6|10)$/ },
  { name: '5.2.1 mailbox disabled', reason: 'mailbox-disabled', enhanced: /^5\.2\.1$/ },
  { name: '5.2.2 mailbox full', reason: 'mailbox-full', enhanced: /^5\.2\.2$/ },
  {
    name: '5.4.1 as Exchange says unknown recipient',
    reason: 'no-such-mailbox',
    enhanced: /^5\.4\.1$/,
    text: /\brecipient address rejected\b|^access denied/,
  },
  { name: '5.7.54, 5.7.64 relaying', reason: 'relay-denied', enhanced: /^5\.7\.(?:54|64)$/ },
  { name: '5.7.x policy', reason: 'refused-us', enhanced: /^5\.7\.(?:[2-9]|\d\d+)$/ },

  // RCPT: codes that are used for anything, and none.
  { name: 'says relaying', reason: 'relay-denied', text: relayWords },
  { name: 'says it is our sender', reason: 'refused-sender', text: senderWords },
  { name: 'says mailbox disabled', reason: 'mailbox-disabled', text: disabledWords },
  { name: 'says it is us', reason: 'refused-us', text: aboutUs },
  { name: 'says mailbox full', reason: 'mailbox-full', text: fullWords },
  { name: 'says no such mailbox', reason: 'no-such-mailbox', text: unknownWords },
  { name: '5.7.x security', reason: 'refused-us', enhanced: /^5\.7\./ },
  { name: 'says policy', reason: 'refused-us', text: policyWords },
  { name: '551 user not local', reason: 'no-such-mailbox', codes: [551] },
  { name: '556 domain takes no mail', reason: 'no-such-mailbox', codes: [556] },
  { name: '521 server takes no mail', reason: 'relay-denied', codes: [521] },
];
