import { X509Certificate } from 'node:crypto';

const block =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([^-]+)-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/**
 * The certificates in a text, as concatenated PEM; undefined if there are none, or one cannot be read.
 * Single-line fields, JSON (even nested) and variables may remove line breaks, or turn them into spaces,
 * `\n`, or `%0A` as logging commands write them; the whole text may be base64 again, as in Kubernetes Secrets.
 */
export function certificatesIn(text: string): string | undefined {
  const plain = text.replace(/\\+r\\+n|\\+[nr]|(?:%0D)?%0A/gi, '\n');
  const bodies = [...plain.matchAll(block)].map(([, body = '']) => body);
  if (bodies.length === 0) return certificatesInBase64(plain);
  const pems = bodies.map(pemOf);
  return pems.every(isCertificate) ? pems.join('\n') : undefined;
}

function certificatesInBase64(text: string): string | undefined {
  const bare = text.replace(/[\s"']/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(bare)) return undefined;
  const inner = Buffer.from(bare, 'base64').toString('latin1');
  if (inner.includes('-----BEGIN ')) return certificatesIn(inner);
  const pem = pemOf(bare);
  return isCertificate(pem) ? pem : undefined;
}

function pemOf(body: string): string {
  // Keeps lines as they are, and wraps a single line as OpenSSL requires.
  const lines = body
    .split(/\s+/)
    .flatMap((line) => (line.length > 76 ? (line.match(/.{1,64}/g) ?? []) : [line]))
    .filter((line) => line !== '');
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n');
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
