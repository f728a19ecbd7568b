import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { Connection } from './connection.ts';

/** Node 22.15 and later tell what they trust, with the certificates of `NODE_EXTRA_CA_CERTS`. */
const { getCACertificates } = tls as {
  readonly getCACertificates?: (type: 'default') => readonly string[];
};

/**
 * TLS as the connection wants it. Its authority is trusted beside all that this process trusts
 * without it. Costs some 15 ms where an authority is given, and next to nothing otherwise.
 */
export function tlsOptions({ ca, skipTlsVerify }: Connection): ConnectionOptions {
  const verification = { rejectUnauthorized: !skipTlsVerify };
  if (ca === undefined) return verification;
  const trusted = getCACertificates?.('default') ?? [
    ...tls.rootCertificates,
    ...extraAuthorities(),
  ];
  return { ...verification, secureContext: tls.createSecureContext({ ca: [...trusted, ca] }) };
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
