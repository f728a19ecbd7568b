import { Secret } from '../secret.ts';
import type { Variables } from '../inputs/pipeline-identity.ts';

/** The way through the agent's proxy, or what is wrong with its settings. */
export interface ProxyChoice {
  /** The proxy's URL with its credentials; absent where the host is reached directly. */
  readonly proxy: Secret | undefined;
  readonly warnings: readonly string[];
}

/**
 * The proxy that the agent was configured with (`--proxyurl`), unless its bypass list names the
 * server. The list is a JSON array of regular expressions (azure-devops.md §3.3).
 */
export function chooseProxy(variable: Variables, server: string): ProxyChoice {
  const address = (variable('Agent.ProxyUrl') ?? '').trim();
  if (address === '') return { proxy: undefined, warnings: [] };
  const { patterns, warnings } = readBypassList(variable('Agent.ProxyBypassList') ?? '');
  if (patterns.some((pattern) => pattern.test(server))) return { proxy: undefined, warnings };
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    const warning =
      "The agent's proxy is left out, since its URL is not one of http or https: configure the agent anew with --proxyurl.";
    return { proxy: undefined, warnings: [...warnings, warning] };
  }
  const url = new URL(address);
  url.username = encodeURIComponent(variable('Agent.ProxyUsername') ?? '') || url.username;
  url.password = encodeURIComponent(variable('Agent.ProxyPassword') ?? '') || url.password;
  return { proxy: new Secret(url.href), warnings };
}

function readBypassList(json: string): {
  readonly patterns: readonly RegExp[];
  readonly warnings: readonly string[];
} {
  if (json.trim() === '') return { patterns: [], warnings: [] };
  const entries = parseList(json);
  if (entries === undefined) {
    return {
      patterns: [],
      warnings: ["The agent's proxy bypass list cannot be read: it is left out."],
    };
  }
  const patterns: RegExp[] = [];
  const warnings: string[] = [];
  for (const entry of entries) {
    try {
      patterns.push(new RegExp(entry, 'i'));
    } catch {
      const where = `entry ${entries.indexOf(entry) + 1} of the agent's proxy bypass list`;
      warnings.push(`Not a regular expression: ${where}. It is left out.`);
    }
  }
  return { patterns, warnings };
}

function parseList(json: string): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(json);
    if (!Array.isArray(list)) return undefined;
    return list.filter((entry) => typeof entry === 'string');
  } catch {
    return undefined;
  }
}
