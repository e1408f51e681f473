/**
 * The name this host gives in EHLO where none was asked for (RFC 5321 section 4.1.4): its fully qualified name, else
 * an address literal, which is legal though less welcome.
 */
import { lookup, lookupService } from 'node:dns/promises';
import { hostname, networkInterfaces } from 'node:os';

/** The name, and whether it is a real one that others can look up. Looks at this host only. */
export async function findOwnName(): Promise<{ name: string; qualified: boolean }> {
  const name = hostname().toLowerCase();
  if (isQualified(name)) return { name, qualified: true };
  const full = await findFullName(name);
  return full === null ? { name: addressLiteral(), qualified: false } : { name: full, qualified: true };
}

async function findFullName(name: string): Promise<string | null> {
  try {
    const { address } = await lookup(name);
    const { hostname: full } = await lookupService(address, 25);
    return isQualified(full.toLowerCase()) ? full.toLowerCase() : null;
  } catch {
    return null;
  }
}

function isQualified(name: string): boolean {
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*$/.test(name) && !/\.(localdomain|local|internal|lan)$/.test(name);
}

function addressLiteral(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const ipv4 = addresses.find((entry) => entry.family === 'IPv4' && !entry.internal);
  return `[${ipv4?.address ?? '127.0.0.1'}]`;
}
