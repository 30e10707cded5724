import { BlockList, isIP, isIPv6 } from 'node:net';

/** Networks that are no place for a message to leave to, unless they are allowed by name (IANA special-purpose registries). */
const SPECIAL = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '::/128',
  '::1/128',
  // Reach IPv4 by another spelling: mapped, compatible, NAT64, 6to4, Teredo.
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '100::/64',
  // Private, link-local, site-local, multicast.
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

const special = listOf(SPECIAL);

/** Says whether an IP address may be connected to: a public one, or one in `allowed` (CIDR). */
export function addressGuard(allowed: readonly string[]): (address: string) => boolean {
  const allowList = listOf(allowed);
  return (address) => {
    const plain = plainAddress(address);
    const family = isIPv6(plain) ? 'ipv6' : 'ipv4';
    if (isIP(plain) === 0) return false;
    return allowList.check(plain, family) || !special.check(plain, family);
  };
}

/** An IPv4 address that was mapped into IPv6 is judged as what it is. */
function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (!isIPv6(bare)) return bare;
  const [, high, low] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(new URL(`http://[${bare}]`).hostname) ?? [];
  if (high === undefined || low === undefined) return bare;
  const bits = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return list;
}
