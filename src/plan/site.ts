/**
 * The site of a server: the unit of courtesy. Customers of one mail operator have exchangers of different names
 * (`customer-com.mail.protection.example`); what they share is the operator's registrable domain.
 */
import ipaddr from 'ipaddr.js';
import { getDomain } from 'tldts';

/**
 * The registrable domain of the exchanger's name (public suffixes of ICANN's part of the list); where the name has
 * none, the address, of which IPv6 counts by its /64, commonly one machine or one customer.
 */
export function siteOf(host: string, address: string): string {
  return getDomain(host) ?? network(address);
}

function network(address: string): string {
  const ip = ipaddr.process(address);
  if (ip instanceof ipaddr.IPv4) return ip.toString();
  return `${new ipaddr.IPv6([...ip.parts.slice(0, 4), 0, 0, 0, 0]).toRFC5952String()}/64`;
}
