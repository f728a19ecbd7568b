import { BlockList, isIP } from 'node:net';
import { createContext, Script, type Context } from 'node:vm';

/** Whether a bypass list matches a server, and warnings about entries that cannot be read. */
export interface Bypass {
  readonly bypasses: boolean;
  readonly warnings: readonly string[];
}

/** Milliseconds that one expression may take; sensible ones take less than one. */
const matchTimeout = 500;
const mostEntries = 1_000;

/**
 * Whether the agent's bypass list matches a server. The list is a JSON array of regular expressions
 * (azure-devops.md §3.3), which the agent matches against `scheme://host[:port]`, ignoring case
 * (microsoft/azure-pipelines-agent, AgentWebProxy.cs). People also write what other programs accept:
 * `*.example.com`, `.example.com`, `host:port`, `10.0.0.0/8`, `<local>`. An entry matches if any of its
 * possible meanings does. In a list that is not JSON, like the agent's own file `.proxybypass`, an entry
 * that may be a name counts as one.
 */
export function readBypassList(json: string, server: string): Bypass {
  if (json.trim() === '') return { bypasses: false, warnings: [] };
  const { entries, arePatterns, warnings: unread } = parseList(json);
  const target = targetOf(server);
  const context = createContext({ origin: target.origin });
  const warnings = [...unread];
  let bypasses = false;
  for (const [index, entry] of entries.entries()) {
    const byName = entry.split(/\s*[,;]\s*/).map((name) => matchesName(name, target));
    const isName = byName.every((matches) => matches !== undefined);
    // As a regular expression, `[fd12::1]` is a character class, which nearly every URL matches.
    const isAddress = isName && entry.startsWith('[');
    const mayBePattern = arePatterns || !isName;
    const byPattern = mayBePattern && !isAddress && matchesPattern(entry, context);
    bypasses ||= byName.includes(true) || byPattern === true;
    if (!isName && typeof byPattern === 'string') {
      const where = `entry ${index + 1} of the agent's proxy bypass list`;
      warnings.push(`${byPattern}: ${where}. It is ignored.`);
    }
  }
  return { bypasses, warnings };
}

interface List {
  readonly entries: readonly string[];
  /** Whether entries that could be names also count as patterns. */
  readonly arePatterns: boolean;
  readonly warnings: readonly string[];
}

function parseList(json: string): List {
  const list = parseJson(json);
  if (Array.isArray(list)) {
    const entries = list
      .filter((entry) => typeof entry === 'string')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    return { entries: entries.slice(0, mostEntries), arePatterns: true, warnings: [] };
  }
  // Some people write a list with one entry as a plain JSON string.
  if (typeof list === 'string') return { entries: [list.trim()], arePatterns: true, warnings: [] };
  const isText = list === undefined;
  const warning = isText
    ? "The agent's proxy bypass list is not a JSON array: it is read as names and regular expressions, separated by commas or line breaks."
    : "The agent's proxy bypass list cannot be read and is ignored.";
  const entries = isText ? json.split(/[\s,;]+/).filter((entry) => entry !== '') : [];
  return { entries: entries.slice(0, mostEntries), arePatterns: false, warnings: [warning] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Destination {
  /** As the agent writes it: without a default port. */
  readonly origin: string;
  readonly protocol: string;
  /** In lowercase, without the brackets of IPv6. */
  readonly host: string;
  readonly port: string;
}

function targetOf(server: string): Destination {
  const { origin, protocol, hostname, port } = new URL(server);
  return {
    origin,
    protocol,
    host: unbracketed(hostname),
    port: port || (protocol === 'https:' ? '443' : '80'),
  };
}

/**
 * Whether an entry that is a name, an address or a network, with or without wildcards, matches the
 * target; undefined if it is none of these.
 */
function matchesName(entry: string, target: Destination): boolean | undefined {
  if (entry === '*') return true;
  if (entry === '<local>') return isIP(target.host) === 0 && !target.host.includes('.');
  const network = matchesNetwork(entry, target.host);
  if (network !== undefined) return network;
  const [, scheme, host = '', port] =
    /^(?:(https?:)\/\/)?(\[[0-9a-f:.]+\]|[\w.*-]+|[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*)(?::(\d{1,5}|\*))?\/?$/i.exec(
      entry,
    ) ?? [];
  if (host === '') return undefined;
  if (scheme !== undefined && scheme.toLowerCase() !== target.protocol) return false;
  if (port !== undefined && port !== '*' && port !== target.port) return false;
  return matchesWildcard(unbracketed(host.toLowerCase()), target.host);
}

function matchesWildcard(pattern: string, host: string): boolean {
  if (isIP(pattern) !== 0) {
    return matchesNetwork(`${pattern}/${isIP(pattern) === 4 ? 32 : 128}`, host) ?? false;
  }
  // `.example.com` and `*.example.com` also match the domain itself, as in curl and Windows.
  const domain = /^\*?\.([^*]+)$/.exec(pattern)?.[1];
  if (domain !== undefined) return host === domain || host.endsWith(`.${domain}`);
  const [first = '', ...others] = pattern.split('*');
  if (others.length === 0) return host === pattern;
  const last = others.pop() ?? '';
  if (!host.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = host.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return host.length - last.length >= at && host.endsWith(last);
}

/** Whether an address is in a network (`10.0.0.0/8`); undefined if the entry is not a network. */
function matchesNetwork(entry: string, host: string): boolean | undefined {
  const [, network = '', bits] = /^\[?([0-9a-f:.]+)\]?\/(\d{1,3})$/i.exec(entry) ?? [];
  const family = isIP(network);
  const prefix = Number(bits);
  if (family === 0 || prefix > (family === 4 ? 32 : 128)) return undefined;
  if (isIP(host) === 0) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6');
}

function unbracketed(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

/**
 * Translates what .NET, which the agent is written in, writes differently: options at the start, which
 * say what is the case anyway, and the names of both ends of the text.
 */
function inJavaScript(pattern: string): string {
  return pattern
    .replace(/^\(\?[imsn]+\)/, '')
    .replace(/\\(.)/gs, (escaped, sign: string) => ends[sign] ?? escaped);
}

const ends: Readonly<Partial<Record<string, string>>> = { A: '^', z: '$', Z: '$' };

const search = new Script('pattern.test(origin)');

/**
 * Whether a regular expression matches, or what is wrong with it. It runs in a separate context, the
 * only way to stop an expression that takes too long.
 */
function matchesPattern(entry: string, context: Context): boolean | string {
  try {
    context['pattern'] = new RegExp(inJavaScript(entry), 'i');
  } catch {
    return 'Not a regular expression';
  }
  try {
    return search.runInContext(context, { timeout: matchTimeout }) === true;
  } catch {
    return 'A regular expression that takes too long';
  }
}
