import { X509Certificate } from 'node:crypto';
import type { Connection, Credential } from '../argocd/rest/connection.ts';
import { Secret } from '../secret.ts';
import type { Fault } from '../inputs/fault.ts';
import { parseHeaders } from './header-lines.ts';
import type { Variables } from '../inputs/pipeline-identity.ts';
import { percentDecode, percentEncode } from '../text/percent-encoding.ts';
import { chooseProxy } from './proxy.ts';

/** What the agent tells of a service connection. An absent value was not given. */
export interface Endpoint {
  readonly url: string | undefined;
  readonly scheme: string | undefined;
  /** A confidential field, such as `apitoken`. */
  readonly secret: (field: string) => string | undefined;
  /** A field that is not confidential. */
  readonly data: (field: string) => string | undefined;
}

/** Where the connection's parts come from. */
export interface ConnectionSource {
  endpoint(id: string): Endpoint;
  readonly variable: Variables;
  /** The text of a file; throws when it cannot be read. */
  readFile(path: string): string;
}

/** The connection with what deserves a word, or everything that is wrong with it. */
export type ConnectionReading =
  | { readonly connection: Connection; readonly warnings: readonly string[] }
  | { readonly faults: readonly Fault[] };

const input = 'argocdConnection';
/** What is sent there stays on the machine. */
const loopback = /^(?:localhost|127\.[\d.]+|\[::1\])$/;
const certificates = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g;

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
    refuse(id, 'the agent knows no such service connection', advice);
    return { faults };
  }
  const url = readUrl(endpoint.url, refuse);
  const credential = readCredential(endpoint, refuse);
  const headers = parseHeaders(endpoint.secret('extraHeaders') ?? endpoint.data('extraHeaders'));
  for (const { text, problem, advice } of headers.problems) refuse(text, problem, advice);
  const own = readOwnCertificate(endpoint, refuse);
  if (url === undefined || credential === undefined || faults.length > 0) return { faults };
  const skipTlsVerify = (endpoint.data('skipTlsVerify') ?? '').trim().toLowerCase() === 'true';
  if (skipTlsVerify) {
    warnings.push(
      'The service connection accepts any certificate: whoever stands between agent and Argo CD can read the token. Give its CA certificate instead.',
    );
  }
  if (url.startsWith('http:') && !loopback.test(new URL(url).hostname)) {
    warnings.push('The connection is not encrypted (http): the token travels as plain text.');
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

/** Azure DevOps ends each URL in a slash; a root path stays, the slash does not. */
function readUrl(text: string, refuse: Refuse): string | undefined {
  const advice = 'Write it as https://host or https://host/root-path in the service connection.';
  const address = text.trim();
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
  if (url.search !== '' || url.hash !== '') {
    refuse(url.search || url.hash, 'the server URL has more than host and path', advice);
    return undefined;
  }
  return url.origin + url.pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '');
}

function readCredential(endpoint: Endpoint, refuse: Refuse): Credential | undefined {
  const { scheme = '', secret } = endpoint;
  if (scheme === 'Token') {
    const token = (secret('apitoken') ?? '').trim().replace(/^Bearer\s+/i, '');
    const advice = 'Paste the token as `argocd account generate-token` prints it.';
    if (token === '') refuse('', 'the service connection has no API token', advice);
    else if (!/^[\x21-\x7e]+$/.test(token)) refuse('', 'the API token is not one', advice);
    else return { kind: 'token', token: new Secret(token) };
    return undefined;
  }
  if (scheme === 'UsernamePassword') {
    const username = (secret('username') ?? '').trim();
    const password = secret('password') ?? '';
    if (username !== '' && password !== '') {
      return { kind: 'password', username, password: new Secret(password) };
    }
    refuse('', 'the service connection lacks user name or password', 'Enter both.');
    return undefined;
  }
  const advice = 'Make the service connection anew, with a token or with user name and password.';
  refuse(scheme, 'the service connection has another way of signing in', advice);
  return undefined;
}

function readOwnCertificate({ data }: Endpoint, refuse: Refuse): string {
  const text = (data('caCertificate') ?? '').trim();
  if (text === '') return '';
  // A field of one line turns the line breaks of what is pasted into blanks.
  const pems = [...text.matchAll(certificates)].map(
    ([, body = '']) =>
      `-----BEGIN CERTIFICATE-----\n${body.trim().replace(/\s+/g, '\n')}\n-----END CERTIFICATE-----`,
  );
  if (pems.length > 0 && pems.every(isCertificate)) return pems.join('\n');
  const advice = 'Paste it as PEM, with its BEGIN CERTIFICATE and END CERTIFICATE lines.';
  refuse('', 'the CA certificate cannot be read', advice);
  return '';
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

/** The agent's own list is meant for Azure DevOps, too: without it the sync may still work. */
function readAgentCertificates(source: ConnectionSource, warnings: string[]): string {
  const path = (source.variable('Agent.CAInfo') ?? '').trim();
  if (path === '') return '';
  try {
    return source.readFile(path).trim();
  } catch {
    warnings.push("The agent's CA file (Agent.CAInfo) cannot be read: it is left out.");
    return '';
  }
}

/**
 * Everything that the log must not show: each secret as it is, and as it looks in a URL, in JSON
 * and in base64, where these differ. Given to the agent before the first request.
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

/** `true` or `1` are no secrets, and masking them would make the log unreadable. */
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
