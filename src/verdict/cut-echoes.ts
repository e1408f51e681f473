/**
 * Servers repeat what they were told: the address asked about, our name, our IP. Words in those say nothing, so they
 * are cut out before a reply's text is read.
 */

const emailLike = /<[^<>\s]*>|[^\s<>"'():;,]+@[^\s<>"'():;,]+/g;
const ipLike = /\[[^\]\s]*\]|\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w:])(?:[\da-f]{0,4}:){2,7}[\da-f]{0,4}(?![\w:])/gi;

/**
 * The text in lower case with single spaces, without anything that looks like an address or an IP, without the names
 * given, and without the local part where it stands in quotes. `address` is the one asked about, `names` are host
 * names: ours and the server's.
 */
export function cutEchoes(text: string, address: string, names: readonly string[]): string {
  const at = address.lastIndexOf('@');
  const [localPart, domain] = [address.slice(0, Math.max(at, 0)), address.slice(at + 1)];
  let rest = text.toLowerCase().replaceAll('’', "'").replaceAll('\u00a0', ' ');
  rest = rest.replace(emailLike, ' ').replace(ipLike, ' ');
  if (address !== '') rest = rest.replaceAll(address.toLowerCase(), ' ');
  for (const name of [domain, ...names]) if (isIn(name, rest)) rest = rest.replace(wholeName(name), ' ');
  if (isIn(localPart, rest)) rest = rest.replace(quoted(localPart), ' ');
  return rest.replace(/\s+/g, ' ').trim();
}

/** Looked for first: making an expression takes far longer than that, and mostly there is nothing to cut. */
function isIn(name: string, text: string): boolean {
  return name !== '' && text.includes(name.toLowerCase());
}

/** The name where it stands by itself, not as a part of a longer one. */
function wholeName(name: string): RegExp {
  return new RegExp(`(?<![\\w.-])${escape(name.toLowerCase())}(?![\\w-]|\\.\\w)`, 'g');
}

function quoted(localPart: string): RegExp {
  return new RegExp(`(["'(\`])${escape(localPart.toLowerCase())}["')]`, 'g');
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
