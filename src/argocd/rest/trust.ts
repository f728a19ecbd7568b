import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { Connection } from './connection.ts';

/** Node 22.15 and later list what they trust, including `NODE_EXTRA_CA_CERTS`. */
const { getCACertificates } = tls as {
  readonly getCACertificates?: (type: 'default' | 'system') => readonly string[];
};

/**
 * The TLS options of a connection. Its certificate authority is trusted in addition to what this process
 * trusts anyway. Costs about 15 ms with an authority, and almost nothing without.
 */
export function tlsOptions({ ca, skipTlsVerify }: Connection): ConnectionOptions {
  const verification = { rejectUnauthorized: !skipTlsVerify };
  if (ca === undefined) return verification;
  return { ...verification, secureContext: contextOf([ca]) };
}

/**
 * Like `tlsOptions`, but also trusts what the operating system trusts. Costs about 80 ms, so it is used
 * only after a certificate was refused. Undefined if Node cannot list these certificates (before 22.15),
 * or there are none.
 */
export function systemTlsOptions(connection: Connection): ConnectionOptions | undefined {
  const { ca, skipTlsVerify } = connection;
  const system = skipTlsVerify ? [] : systemAuthorities();
  if (system.length === 0) return undefined;
  const secureContext = contextOf([...(ca === undefined ? [] : [ca]), ...system]);
  return { rejectUnauthorized: true, secureContext };
}

/** What the operating system trusts, as PEM; empty if Node cannot list it. */
export function systemAuthorities(): readonly string[] {
  try {
    return getCACertificates?.('system') ?? [];
  } catch {
    return [];
  }
}

/** Whether a handshake failed because no trusted authority signed the certificate. */
export function isUntrusted({ code = '' }: NodeJS.ErrnoException): boolean {
  return /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED/.test(code);
}

function contextOf(authorities: readonly string[]): tls.SecureContext {
  const trusted = getCACertificates?.('default') ?? [
    ...tls.rootCertificates,
    ...extraAuthorities(),
  ];
  return tls.createSecureContext({ ca: [...new Set([...trusted, ...authorities])] });
}

/** What Node 20 trusts through `NODE_EXTRA_CA_CERTS`. Node itself warns if the file is unreadable. */
function extraAuthorities(): readonly string[] {
  const path = process.env['NODE_EXTRA_CA_CERTS'];
  if (path === undefined) return [];
  try {
    return [readFileSync(path, 'utf8')];
  } catch {
    return [];
  }
}
