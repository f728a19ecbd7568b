import { lookup } from 'node:dns';
import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { Reach } from './collection.ts';

/**
 * Addresses that no Azure DevOps server can have (IANA's special-purpose registries, RFC 6890): this
 * host, link-local including cloud metadata services, documentation, relays, multicast, reserved.
 * 168.63.129.16 is Azure's service for virtual machines (learn.microsoft.com, "What is IP address
 * 168.63.129.16?"). 100.100.100.200 is the metadata service of Alibaba Cloud, in a range that private
 * networks may use.
 */
const never4 = [
  '0.0.0.0/8',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** Private networks: private use, shared by a provider (RFC 6598), loopback, benchmarking. */
const private4 = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '198.18.0.0/15',
];

/** The internet, and IPv4 behind the translator of an IPv6-only network (RFC 6052). */
const translator = '64:ff9b::';
const public6 = ['2000::/3', `${translator}/96`];
const private6 = ['::1/128', 'fc00::/7'];
/** Tunnels (Teredo, 6to4), documentation. */
const reserved6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];
/** Metadata services of clouds at private addresses: AWS, Google, Oracle, Scaleway. */
const metadata6 = ['fd00:ec2::/32', 'fd20:ce::/32', 'fd00:c1::/32', 'fd00:42::/32'];
const never6 = [...reserved6, ...metadata6];

interface Rules {
  readonly refused: BlockList;
  /** All other IPv6 is refused, including IPv4 embedded in any other form. */
  readonly reachable6: BlockList;
}

const rules: Readonly<Record<Reach, Rules>> = {
  public: rulesOf([...never4, ...private4], public6),
  private: rulesOf(never4, [...public6, ...private6]),
};

function rulesOf(refused4: readonly string[], reachable: readonly string[]): Rules {
  const translated = refused4.map((subnet) => {
    const [network, prefix] = subnet.split('/');
    return `${translator}${network}/${96 + Number(prefix)}`;
  });
  return {
    refused: blockList([...refused4, ...translated, ...never6]),
    reachable6: blockList(reachable),
  };
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    list.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Whether connecting to an address is allowed. False for texts that are not an address. */
export function isAllowed(address: string, reach: Reach): boolean {
  const { refused, reachable6 } = rules[reach];
  switch (isIP(address)) {
    case 4:
      return !refused.check(address, 'ipv4');
    case 6:
      return reachable6.check(address, 'ipv6') && !refused.check(address, 'ipv6');
    default:
      return false;
  }
}

/** Thrown if a host has an address to which we do not connect. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
  readonly code = 'ADDRESS_REFUSED';

  constructor(host: string, address: string, reach: Reach) {
    const what = host === address ? address : `${host} resolves to ${address}, which`;
    const why =
      reach === 'public' && isAllowed(address, 'private')
        ? "is in a private network: if this organization is on-premises, mark it as private in the handler's configuration"
        : 'is not a valid server address';
    super(`${what} ${why}; the token was not sent there`);
  }
}

/** Resolves a name to all its addresses, as `dns.lookup` does. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A lookup for sockets. It resolves once, refuses a name if any of its addresses is refused, and hands
 * the checked addresses to the socket, which rules out DNS rebinding.
 */
export function guardedLookup(reach: Reach, resolve: Resolve = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const refused = addresses?.find(({ address }) => !isAllowed(address, reach));
      const [first] = addresses ?? [];
      if (error !== null) callback(error, '');
      else if (refused) callback(new AddressRefused(hostname, refused.address, reach), '');
      else if (first === undefined) callback(new Error(`${hostname} has no address`), '');
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/**
 * Connects through a guarded lookup. Sockets do not look up IP addresses, so these are checked first.
 */
export function guardedConnector(reach: Reach, resolve?: Resolve): buildConnector.connector {
  const connect = buildConnector({ lookup: guardedLookup(reach, resolve) });
  return (options, callback) => {
    const { hostname } = options;
    if (isIP(hostname) === 0 || isAllowed(hostname, reach)) connect(options, callback);
    else callback(new AddressRefused(hostname, hostname, reach), null);
  };
}
