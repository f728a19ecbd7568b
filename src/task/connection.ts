import type { Connection, Credential } from '../argocd/rest/connection.ts';
import { Secret } from '../secret.ts';
import type { Fault } from '../inputs/fault.ts';
import { readArgoCDPage } from '../inputs/argocd-page.ts';
import { certificatesIn } from '../inputs/certificate-text.ts';
import { tokenOf } from '../inputs/token-text.ts';
import { isUnexpanded, unexpandedIn } from '../inputs/unexpanded.ts';
import { parseHeaders } from './header-lines.ts';
import type { Variables } from '../inputs/pipeline-identity.ts';
import { percentDecode, percentEncode } from '../text/percent-encoding.ts';
import { chooseProxy } from './proxy.ts';

/** A service connection as the agent provides it. Values that were not given are undefined. */
export interface Endpoint {
  readonly url: string | undefined;
  readonly scheme: string | undefined;
  /** A confidential field, such as `apitoken`. */
  readonly secret: (field: string) => string | undefined;
  /** A field that is not confidential. */
  readonly data: (field: string) => string | undefined;
}

/** The source of the parts of a connection. */
export interface ConnectionSource {
  endpoint(id: string): Endpoint;
  readonly variable: Variables;
  /** The text of a file; throws if it cannot be read. */
  readFile(path: string): string;
}

/** The connection with its warnings, or everything that is wrong with it. */
export type ConnectionReading =
  | { readonly connection: Connection; readonly warnings: readonly string[] }
  | { readonly faults: readonly Fault[] };

const input = 'argocdConnection';
/** Hosts for which traffic stays on the machine. */
const loopback = /^(?:localhost|127\.[\d.]+|\[::1\])$/;

/** Reads the service connection, the agent's proxy and its certificates. */
export function readConnection(id: string, source: ConnectionSource): ConnectionReading {
  const endpoint = source.endpoint(id);
  const faults: Fault[] = [];
  const warnings: string[] = [];
  const refuse = (value: string, problem: string, advice: string) => {
    faults.push({ input, value, problem, advice });
  };
  if (endpoint.url === undefined || endpoint.url.trim() === '') {
    const advice = 'Choose a connection that exists and that this pipeline may use.';
    refuse(id, 'the agent does not know this service connection', advice);
    return { faults };
  }
  const url = readUrl(endpoint.url, refuse, warnings);
  const credential = readCredential(endpoint, refuse);
  const headers = parseHeaders(endpoint.secret('extraHeaders') ?? endpoint.data('extraHeaders'));
  for (const { text, problem, advice } of headers.problems) refuse(text, problem, advice);
  const own = readOwnCertificate(endpoint, refuse);
  const anyCertificate = endpoint.data('skipTlsVerify') ?? '';
  hasUnexpanded('"Accept any certificate"', anyCertificate, refuse);
  if (url === undefined || credential === undefined || faults.length > 0) return { faults };
  const skipTlsVerify = anyCertificate.trim().toLowerCase() === 'true';
  if (skipTlsVerify) {
    warnings.push(
      'The service connection accepts any certificate: anyone between the agent and Argo CD can read the token. Set its CA certificate instead.',
    );
  }
  if (url.startsWith('http:') && !loopback.test(new URL(url).hostname)) {
    warnings.push('The connection is not encrypted (http): the token is sent in plain text.');
  }
  const agents = readAgentCertificates(source, warnings);
  const { proxy, warnings: proxyWarnings } = chooseProxy(source.variable, url);
  const ca = [own, agents].filter((pem) => pem !== '').join('\n') || undefined;
  return {
    connection: { url, credential, ca, skipTlsVerify, headers: headers.headers, proxy },
    warnings: [...warnings, ...proxyWarnings],
  };
}

type Refuse = (value: string, problem: string, advice: string) => void;

/**
 * Refuses a field that contains an unexpanded variable or expression. A secret counts only as a whole,
 * because a password may contain anything.
 */
function hasUnexpanded(field: string, text: string, refuse: Refuse, isSecret = false): boolean {
  const found = isSecret && !isUnexpanded(text) ? [] : unexpandedIn(text);
  const advice = 'Enter its value in the service connection.';
  for (const { text: variable } of found) {
    refuse(
      variable,
      `${field} contains a variable, but connections do not expand variables`,
      advice,
    );
  }
  return found.length > 0;
}

/**
 * Reads the server's URL. Azure DevOps appends a slash to each URL, which is removed; a root path stays.
 * From the URL of a page, only the server's part is used, which is what was meant.
 */
function readUrl(text: string, refuse: Refuse, warnings: string[]): string | undefined {
  const advice = 'Enter it as https://host or https://host/root-path in the service connection.';
  const address = text.trim();
  if (hasUnexpanded('the server URL', address, refuse)) return undefined;
  if (!URL.canParse(address)) {
    refuse(address, 'the server URL is not a URL', advice);
    return undefined;
  }
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    refuse(url.protocol, 'the server URL is neither https nor http', advice);
    return undefined;
  }
  if (url.username !== '' || url.password !== '') {
    refuse('', 'the server URL contains a user name or password', advice);
    return undefined;
  }
  const page = readArgoCDPage(url.pathname);
  if (page !== undefined) {
    const server = url.origin + page.root;
    warnings.push(
      `The server URL of the service connection is the URL of a page of Argo CD (${url.origin}${url.pathname}): using ${server}. Enter that instead.`,
    );
    return server;
  }
  if (url.search !== '' || url.hash !== '') {
    refuse(url.search || url.hash, 'the server URL contains more than host and path', advice);
    return undefined;
  }
  return url.origin + url.pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '');
}

function readCredential(endpoint: Endpoint, refuse: Refuse): Credential | undefined {
  const { scheme = '', secret } = endpoint;
  if (scheme === 'Token') {
    const token = tokenOf(secret('apitoken') ?? '');
    if (hasUnexpanded('the API token', token, refuse)) return undefined;
    const advice = 'Paste the token as `argocd account generate-token` prints it.';
    if (token === '') refuse('', 'the service connection has no API token', advice);
    else if (!/^[\x21-\x7e]+$/.test(token)) refuse('', 'the API token is invalid', advice);
    else return { kind: 'token', token: new Secret(token) };
    return undefined;
  }
  if (scheme === 'UsernamePassword') {
    const username = (secret('username') ?? '').trim();
    const password = secret('password') ?? '';
    const isUnfilled = [
      hasUnexpanded('the user name', username, refuse),
      hasUnexpanded('the password', password, refuse, true),
    ];
    if (isUnfilled.includes(true)) return undefined;
    if (username !== '' && password !== '') {
      return { kind: 'password', username, password: new Secret(password) };
    }
    refuse('', 'the service connection lacks user name or password', 'Enter both.');
    return undefined;
  }
  const advice = 'Recreate the service connection, with a token or with user name and password.';
  refuse(scheme, 'the service connection has an unsupported authentication scheme', advice);
  return undefined;
}

function readOwnCertificate({ data }: Endpoint, refuse: Refuse): string {
  const text = (data('caCertificate') ?? '').trim();
  if (text === '' || hasUnexpanded('the CA certificate', text, refuse)) return '';
  const pems = certificatesIn(text);
  if (pems !== undefined) return pems;
  const advice = 'Paste it as PEM, with its BEGIN CERTIFICATE and END CERTIFICATE lines.';
  refuse('', 'the CA certificate cannot be read', advice);
  return '';
}

/** The agent's CA file is also for Azure DevOps; the sync may work without it. */
function readAgentCertificates(source: ConnectionSource, warnings: string[]): string {
  const path = (source.variable('Agent.CAInfo') ?? '').trim();
  if (path === '') return '';
  try {
    return source.readFile(path).trim();
  } catch {
    warnings.push("The agent's CA file (Agent.CAInfo) cannot be read and is ignored.");
    return '';
  }
}

/**
 * Everything that the log must not show: each secret as is and, where different, in its forms in URLs,
 * JSON and base64. Passed to the agent before the first request.
 */
export function secretsOf({ credential, headers, proxy }: Connection): readonly string[] {
  const secrets = [
    ...(credential.kind === 'token' ? [credential.token.reveal()] : basicForms(credential)),
    ...headers.flatMap(({ value }) => headerForms(value.reveal())),
    ...(proxy ? proxyForms(proxy.reveal()) : []),
  ];
  return [...new Set(secrets.flatMap(formsOf))];
}

function basicForms({ username, password }: Extract<Credential, { kind: 'password' }>) {
  const text = password.reveal();
  return [text, Buffer.from(`${username}:${text}`).toString('base64')];
}

/** `true` and `1` are not secrets, and masking them would make the log unreadable. */
function headerForms(value: string): readonly string[] {
  const afterScheme = value.slice(value.indexOf(' ') + 1);
  return [value, afterScheme].filter((text) => text.length >= 6);
}

function proxyForms(url: string): readonly string[] {
  const { password } = new URL(url);
  return password === '' ? [] : [percentDecode(password)];
}

function formsOf(secret: string): readonly string[] {
  return [secret, percentEncode(secret), JSON.stringify(secret).slice(1, -1)];
}
