/**
 * Which address a request comes from. X-Forwarded-For is anybody's to write: it is read from the right, and only as far as the hops that
 * wrote it are proxies of ours (TRUSTED_PROXIES). An IPv6 caller is its /64, because a single household has that many addresses.
 */
import { BlockList, isIP, isIPv6 } from 'node:net';

/** `remote`: the socket's other end. `forwardedFor`: the header, all its fields joined. */
export type ClientAddress = (remote: string | undefined, forwardedFor: string | undefined) => string;

/** Calls without a socket, in tests, share one budget. */
const UNKNOWN = 'unknown';

/** No chain of real proxies is longer; the header is 16 KB at most. */
const MAX_HOPS = 32;

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** The eight groups, without leading zeros. Only for what `isIPv6` accepts. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const list = (part: string) => (part === '' ? [] : part.split(':'));
  const left = list(head);
  if (tail === undefined) return left;
  const right = list(tail);
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
}

/** One spelling for each address: no port, brackets or zone; IPv4 inside IPv6 as IPv4. Undefined for what is no address. */
export function readAddress(text: string): string | undefined {
  const [, bracketed] = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text) ?? [];
  const [, withPort] = /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(text) ?? [];
  const address = (bracketed ?? withPort ?? text).replace(/%.*$/, '').toLowerCase();
  if (isIP(address) === 0) return undefined;
  return MAPPED.exec(address)?.[1] ?? address;
}

/** The address whose budget counts: IPv4 whole, IPv6 its first 64 bits. */
export function budgetAddress(address: string): string {
  if (!isIPv6(address)) return address;
  // The last groups may be spelled as IPv4; they are not among the first four.
  const groups = groupsOf(address.replace(/\d+\.\d+\.\d+\.\d+$/, '0:0'));
  const first = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(':')}::/64`;
}

/** Whether an address is one of ours. `ranges`: addresses and CIDR ranges, already checked. */
export function createIsTrusted(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Without ranges nobody is trusted, and the header counts for nothing. */
export function createClientAddress(ranges: readonly string[]): ClientAddress {
  const isTrusted = createIsTrusted(ranges);
  return (remote, forwardedFor) => {
    let address = remote === undefined ? undefined : readAddress(remote);
    if (address === undefined) return UNKNOWN;
    const hops = (forwardedFor ?? '').split(',').slice(-MAX_HOPS);
    while (isTrusted(address)) {
      // What stands further left was written by whoever wrote this, or is missing: here the trail ends.
      const hop = readAddress(hops.pop()?.trim() ?? '');
      if (hop === undefined) break;
      address = hop;
    }
    return budgetAddress(address);
  };
}
