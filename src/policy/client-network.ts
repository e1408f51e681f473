/**
 * Who asks for mail to be taken, as networks: whoever has one address of a network mostly has the others, too.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The /24 of an IPv4 address, the /64 of an IPv6 one; all that is no address counts as one network. */
export function clientNetwork(address: string): string {
  if (isIP(address) === 0) return 'unknown';
  const ip = ipaddr.process(address);
  if (ip instanceof ipaddr.IPv4) return `${ip.octets.slice(0, 3).join('.')}.0/24`;
  return `${new ipaddr.IPv6([...ip.parts.slice(0, 4), 0, 0, 0, 0]).toRFC5952String()}/64`;
}
