import { BlockList, isIP } from 'node:net';
import { OpniLoggingError } from '../common/error.js';

/**
 * Reads the address of a proxy.
 *
 * @param where what names it, for the message, as in `HTTPS_PROXY`
 * @throws OpniLoggingError `cluster` when it is none for HTTP CONNECT; its text is not quoted, since it may hold a password
 */
export function proxyUrl(text: string, where: string): URL {
  const address = text.includes('://') ? text : `http://${text}`;
  if (/^https?:/i.test(address) && URL.canParse(address)) return new URL(address);
  const message = `${where} is no address of an HTTP proxy`;
  const fix = 'write it as http://host:port or https://host:port; other kinds of proxies are not supported';
  throw new OpniLoggingError('cluster', message, { problems: [{ path: where, message, fix }] });
}

/**
 * The proxy that the environment names for an address: `HTTPS_PROXY` or `HTTP_PROXY`, unless `NO_PROXY` excludes it.
 * Loopback addresses are always reached directly.
 *
 * @throws OpniLoggingError `cluster` when the variable holds no address of an HTTP proxy
 */
export function proxyFromEnvironment(url: URL, env: NodeJS.ProcessEnv): URL | undefined {
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env[name] || env[name.toLowerCase()];
  if (!proxy) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || isLoopback(host)) return undefined;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const excluded = (env['NO_PROXY'] || env['no_proxy'] || '')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  return excluded.some((entry) => excludes(entry, host, port)) ? undefined : proxyUrl(proxy, name);
}

/** One entry of `NO_PROXY`: `*`, an address, a network, a name with all below it, or `.name` for those below only. */
function excludes(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInNetwork(entry, host);
  const [, name = entry, onlyPort] = /^(?:\[?([^\]]*?)\]?):(\d+)$/.exec(isIP(entry) ? '' : entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const plain = name.replace(/^\[|\]$/g, '').replace(/^\*(?=\.)/, '');
  return plain.startsWith('.')
    ? host.endsWith(plain)
    : host === plain || (!isIP(host) && host.endsWith(`.${plain}`));
}

function isInNetwork(network: string, host: string): boolean {
  const [address = '', bits = ''] = network.split('/');
  const family = isIP(address);
  if (
    family === 0 ||
    isIP(host) !== family ||
    !/^\d+$/.test(bits) ||
    Number(bits) > (family === 4 ? 32 : 128)
  )
    return false;
  const list = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(address, Number(bits), type);
  return list.check(host, type);
}

const isLoopback = (host: string) => host === '::1' || isInNetwork('127.0.0.0/8', host);
