import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { Connection } from './connection.ts';

/** Node 22.15 and later tell what they trust, with the certificates of `NODE_EXTRA_CA_CERTS`. */
const { getCACertificates } = tls as {
  readonly getCACertificates?: (type: 'default' | 'system') => readonly string[];
};

/**
 * TLS as the connection wants it. Its authority is trusted beside all that this process trusts
 * without it. Costs some 15 ms where an authority is given, and next to nothing otherwise.
 */
export function tlsOptions({ ca, skipTlsVerify }: Connection): ConnectionOptions {
  const verification = { rejectUnauthorized: !skipTlsVerify };
  if (ca === undefined) return verification;
  return { ...verification, secureContext: contextOf([ca]) };
}

/**
 * The same, with what the operating system trusts besides: some 80 ms, so that it is for when a
 * certificate was refused without. Absent where Node cannot tell (before 22.15), or knows nothing.
 */
export function systemTlsOptions(connection: Connection): ConnectionOptions | undefined {
  const { ca, skipTlsVerify } = connection;
  const system = skipTlsVerify ? [] : systemAuthorities();
  if (system.length === 0) return undefined;
  const secureContext = contextOf([...(ca === undefined ? [] : [ca]), ...system]);
  return { rejectUnauthorized: true, secureContext };
}

/** What the operating system trusts, as PEM; nothing where Node cannot list it. */
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

/** What Node 20 trusts by `NODE_EXTRA_CA_CERTS`: a file that it warns of itself if unreadable. */
function extraAuthorities(): readonly string[] {
  const path = process.env['NODE_EXTRA_CA_CERTS'];
  if (path === undefined) return [];
  try {
    return [readFileSync(path, 'utf8')];
  } catch {
    return [];
  }
}
