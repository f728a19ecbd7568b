import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { certificatesIn } from '../../inputs/certificate-text.ts';
import { Secret } from '../../secret.ts';
import type { Setting } from '../../settings/setting.ts';

const keyBlock = /-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----[^-]+-----END \1-----/;
const advice = 'Provide the private key and its certificate as PEM, one after the other.';

/** The private key and certificate of a service principal, as PEM. They must belong together. */
export function parseClientCertificate(text: string): Setting<Secret> {
  const pem = keyBlock.exec(text)?.[0] ?? '';
  const key = privateKeyOf(pem);
  if (key === undefined) return { problem: 'it contains no unencrypted private key', advice };
  if (key.asymmetricKeyType !== 'rsa') {
    return { problem: 'its private key is not RSA, which Entra requires', advice };
  }
  const certificates = certificatesIn(text);
  if (certificates === undefined) return { problem: 'it contains no valid certificate', advice };
  if (new X509Certificate(certificates).checkPrivateKey(key)) {
    return { value: new Secret(`${pem}\n${certificates}\n`) };
  }
  return { problem: 'its first certificate does not match its private key', advice };
}

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
