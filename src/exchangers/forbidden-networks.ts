/**
 * Which addresses are never connected to: everything that is not global unicast, so that no stranger's DNS record can
 * point us into the local network or at a cloud's metadata service. `--allow-net` makes exceptions.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Says of an address whether it must not be connected to. */
export interface NetworkGuard {
  isForbidden(address: string): boolean;
}

type Address = ReturnType<typeof ipaddr.parse>;
type Network = ReturnType<typeof ipaddr.parseCIDR>;

/** IPv6 forms that carry the IPv4 address that packets end up at, and how far into the 16 octets it stands. */
const carriers: readonly { readonly network: Network; readonly offset: number; readonly inverted?: true }[] = [
  { network: ipaddr.parseCIDR('::ffff:0:0/96'), offset: 12 }, // IPv4-mapped, RFC 4291 section 2.5.5.2
  { network: ipaddr.parseCIDR('::/96'), offset: 12 }, // IPv4-compatible, RFC 4291 section 2.5.5.1
  { network: ipaddr.parseCIDR('::ffff:0:0:0/96'), offset: 12 }, // IPv4-translated, RFC 2765 section 2.1
  { network: ipaddr.parseCIDR('64:ff9b::/96'), offset: 12 }, // NAT64, RFC 6052 section 2.1
  { network: ipaddr.parseCIDR('2002::/16'), offset: 2 }, // 6to4, RFC 3056 section 2
  { network: ipaddr.parseCIDR('2001::/32'), offset: 12, inverted: true }, // Teredo, RFC 4380 section 4
];

/** All that is assigned as global unicast so far (RFC 3587 section 3); what is special inside it, ipaddr.js knows. */
const globalIpv6 = ipaddr.parseCIDR('2000::/3');

/** Addresses whose judgement is kept: each is asked about when it is found and again when it is connected to. */
const remembered = 10_000;

/**
 * A guard that lets through global unicast and the networks given, each a CIDR block such as `10.0.0.0/8` or one address.
 * An IPv6 address that carries an IPv4 one is judged by that. Throws a RangeError where a network cannot be read.
 */
export function createNetworkGuard(allowNets: readonly string[]): NetworkGuard {
  const allowed = allowNets.map(parseNetwork);
  const known = new Map<string, boolean>();
  return {
    isForbidden(address) {
      const before = known.get(address);
      if (before !== undefined) return before;
      const isForbidden = liesOutside(address, allowed);
      if (known.size >= remembered) known.clear();
      known.set(address, isForbidden);
      return isForbidden;
    },
  };
}

function liesOutside(text: string, allowed: readonly Network[]): boolean {
  if (isIP(text) === 0) return true;
  const address = ipaddr.parse(text);
  const judged = carriedIpv4(address) ?? address;
  return !isGlobalUnicast(judged) && !allowed.some((network) => isIn(address, network) || isIn(judged, network));
}

function parseNetwork(text: string): Network {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  const width = family === 6 ? 128 : 32;
  const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : Infinity;
  if (family === 0 || rest.length > 0 || prefix > width) throw new RangeError(`not a network in CIDR form: ${text}`);
  return [ipaddr.parse(address), prefix];
}

function isIn(address: Address, [base, prefix]: Network): boolean {
  return address.kind() === base.kind() && address.match(base, prefix);
}

function isGlobalUnicast(address: Address): boolean {
  return address.range() === 'unicast' && (address.kind() === 'ipv4' || isIn(address, globalIpv6));
}

function carriedIpv4(address: Address): Address | null {
  const carrier = carriers.find(({ network }) => isIn(address, network));
  if (carrier === undefined) return null;
  const octets = address.toByteArray().slice(carrier.offset, carrier.offset + 4);
  return ipaddr.fromByteArray(carrier.inverted ? octets.map((octet) => octet ^ 0xff) : octets);
}
