import { Secret } from '../secret.ts';
import type { Variables } from '../inputs/pipeline-identity.ts';
import { percentDecode, percentEncode } from '../text/percent-encoding.ts';
import { readBypassList } from './proxy-bypass.ts';

/** The way through the agent's proxy, or what is wrong with its settings. */
export interface ProxyChoice {
  /** The proxy's URL, its credentials encoded; absent where the host is reached directly. */
  readonly proxy: Secret | undefined;
  readonly warnings: readonly string[];
}

/**
 * The proxy that the agent was configured with (`--proxyurl`), unless its bypass list names the
 * server.
 */
export function chooseProxy(variable: Variables, server: string): ProxyChoice {
  const address = (variable('Agent.ProxyUrl') ?? '').trim();
  if (address === '') return { proxy: undefined, warnings: [] };
  const { bypasses, warnings } = readBypassList(variable('Agent.ProxyBypassList') ?? '', server);
  if (bypasses) return { proxy: undefined, warnings };
  const username = variable('Agent.ProxyUsername') ?? '';
  const password = variable('Agent.ProxyPassword') ?? '';
  const url = parseProxyUrl(address, { username, password });
  if (url !== undefined) return { proxy: new Secret(url), warnings };
  const warning =
    "The agent's proxy is ignored, since its URL is neither http nor https: reconfigure the agent with --proxyurl.";
  return { proxy: undefined, warnings: [...warnings, warning] };
}

interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * A proxy's URL with its credentials encoded, whatever they hold; those given apart from it win.
 * A password in the URL is taken as it was typed, also where it has a `@`, `/`, `#` or `%` that a URL
 * would have encoded: everything up to the last `@` is credentials.
 */
function parseProxyUrl(address: string, apart: Credentials): string | undefined {
  const [, scheme, userinfo = '', server = ''] =
    /^(https?:\/\/)(?:(.*)@)?([^@]*)$/is.exec(address) ?? [];
  // A proxy has no path: what was pasted with it means nothing.
  const bare = server.replace(/[/?#].*$/s, '');
  if (scheme === undefined || bare === '' || !URL.canParse(scheme + bare)) return undefined;
  const colon = userinfo.indexOf(':');
  const typed = {
    username: percentDecode(colon < 0 ? userinfo : userinfo.slice(0, colon)),
    password: colon < 0 ? '' : percentDecode(userinfo.slice(colon + 1)),
  };
  const url = new URL(scheme + bare);
  url.username = percentEncode(apart.username || typed.username);
  url.password = percentEncode(apart.password || typed.password);
  return url.href;
}
