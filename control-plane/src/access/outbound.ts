// Where the service may send to of its own accord. URLs of webhooks are written by people who administer a tenant, not the
// machine: without an allow-list they would reach what only this machine can reach (metadata services, neighbours).
import { BlockList, isIP } from 'node:net';
import { ClewError } from '../kernel/index.ts';

/** One entry of the allow-list. */
export interface OutboundTarget {
  readonly protocol: 'https:' | 'http:';
  /** Lower case; `*.` before it means its subdomains. */
  readonly host: string;
  readonly port: number;
  /** Addresses of private networks and of this machine are meant. Link-local ones never are. */
  readonly allowsPrivate: boolean;
}

export interface OutboundRules {
  /** The entry that allows the URL; throws forbidden, naming host and port only. */
  check(url: string): { readonly url: URL; readonly target: OutboundTarget };
  /**
   * The address to connect to, of all that the name resolved to: the caller connects to exactly this one and asks the
   * name server no second time, whose answer could differ. Throws forbidden where any of them is out of bounds.
   */
  choose(target: OutboundTarget, addresses: readonly string[]): string;
}

const DEFAULT_PORTS = { 'https:': 443, 'http:': 80 } as const;
const NAME = /^(\*\.)?(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9]([a-z0-9-]{0,62}))*$/;

/** `hooks.example.com`, `https://*.example.com:8443`, `http://10.0.0.5:9093 private`; undefined where it is none of these. */
export function parseTarget(text: string): OutboundTarget | undefined {
  const [address = '', mark, ...rest] = text.trim().toLowerCase().split(/\s+/);
  if (rest.length > 0 || (mark !== undefined && mark !== 'private')) return undefined;
  const match = /^(?:(https?:)\/\/)?(\[[0-9a-f:.]+\]|[^/:@\s[\]]+)(?::(\d{1,5}))?\/?$/.exec(address);
  const host = match?.[2] ?? '';
  const protocol = (match?.[1] ?? 'https:') as OutboundTarget['protocol'];
  const port = Number(match?.[3] ?? DEFAULT_PORTS[protocol]);
  const bare = host.replace(/^\[|\]$/g, '');
  const isAddress = isIP(bare) !== 0;
  // "*.com" would be most of the world.
  const isTooWide = host.startsWith('*.') && host.split('.').length < 3;
  if (match === null || port < 1 || port > 65535 || isTooWide || !(isAddress || NAME.test(host))) return undefined;
  return { protocol, host: isAddress ? normalAddress(bare) : host, port, allowsPrivate: mark === 'private' };
}

/** Throws config_invalid for entries that are no target. */
export function createOutboundRules(entries: readonly string[]): OutboundRules {
  const targets = entries.map((entry, index) => {
    const target = parseTarget(entry);
    if (!target)
      throw new ClewError('config_invalid', `allow-list entry ${index + 1}: expected HOST, https://HOST:PORT or either with " private"`);
    return target;
  });
  return {
    check(text) {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) throw refuse('only http and https URLs can be sent to');
      if (url.username !== '' || url.password !== '') throw refuse('credentials do not belong in a URL');
      const { protocol } = url;
      // The URL parser has already made 0x7f.1 and 2130706433 what they are.
      const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
      const port = url.port === '' ? DEFAULT_PORTS[protocol] : Number(url.port);
      const target = targets.find((one) => one.protocol === protocol && one.port === port && covers(one.host, host));
      if (!target) throw refuse(`${host}:${port} over ${protocol.slice(0, -1)} is not on the allow-list`);
      return { url, target };
    },
    choose({ host, allowsPrivate }, addresses) {
      const wrong = addresses.find((address) => !(isPublicAddress(address) || (allowsPrivate && isPrivateAddress(address))));
      if (wrong !== undefined)
        throw refuse(
          `${host} leads to an address that is out of bounds${allowsPrivate ? '' : '; mark the entry " private" where that is meant'}`,
        );
      const [first] = addresses;
      if (first === undefined) throw refuse(`${host} has no address`);
      return first;
    },
  };
}

const covers = (pattern: string, host: string): boolean =>
  pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1 : host === pattern;
const refuse = (detail: string): ClewError => new ClewError('forbidden', detail);
const normalAddress = (address: string): string =>
  new URL(`http://${isIP(address) === 6 ? `[${address}]` : address}`).hostname.replace(/^\[|\]$/g, '');

const listOf = (...ranges: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
};

/** Private networks, shared carrier space and this machine. */
const PRIVATE = listOf('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '127.0.0.0/8', '::1/128', 'fc00::/7');
/** IPv4 outside the public internet (IANA special-purpose registry), private networks among them. */
const SPECIAL_V4 = listOf(
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
  '224.0.0.0/4',
  '240.0.0.0/4',
);
/** Of IPv6 only this is global unicast; mapped and translated IPv4 lies outside it. */
const GLOBAL_V6 = listOf('2000::/3');
/** Protocol assignments with Teredo, documentation, and 6to4, which carries any IPv4 address. */
const SPECIAL_V6 = listOf('2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20');

export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !SPECIAL_V4.check(address, 'ipv4');
  return family === 6 && GLOBAL_V6.check(address, 'ipv6') && !SPECIAL_V6.check(address, 'ipv6');
}

function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && PRIVATE.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
