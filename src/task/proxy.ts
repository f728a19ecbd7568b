import { Secret } from '../secret.ts';
import type { Variables } from '../inputs/pipeline-identity.ts';
import { percentDecode, percentEncode } from '../text/percent-encoding.ts';
import { readBypassList } from './proxy-bypass.ts';

/** The proxy to use, if any, and warnings about its settings. */
export interface ProxyChoice {
  /** The proxy's URL with encoded credentials; undefined if the host is reached directly. */
  readonly proxy: Secret | undefined;
  readonly warnings: readonly string[];
}

/** The proxy configured for the agent (`--proxyurl`), unless its bypass list matches the server. */
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
    "The agent's proxy is ignored, because its URL is not `http://host:port` or `https://host:port`: reconfigure the agent with --proxyurl.";
  return { proxy: undefined, warnings: [...warnings, warning] };
}

interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * A proxy's URL with encoded credentials; separately given credentials take precedence. A password in
 * the URL is used as typed, even if it contains an `@`, `/`, `#` or `%` that should be encoded:
 * everything up to the last `@` is credentials.
 */
function parseProxyUrl(address: string, apart: Credentials): string | undefined {
  const [, scheme, userinfo = '', server = ''] =
    /^(https?:\/\/)(?:(.*)@)?([^@]*)$/is.exec(address) ?? [];
  // A proxy has no path, so a pasted one is dropped.
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
