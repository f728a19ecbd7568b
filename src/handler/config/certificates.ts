import { X509Certificate } from 'node:crypto';
import type { Setting } from './setting.ts';

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** PEM certificates, one after the other; text around them is dropped. */
export function parseCertificates(text: string): Setting<string> {
  const pems = text.match(block) ?? [];
  if (pems.length > 0 && pems.every(isCertificate)) return { value: pems.join('\n') };
  return {
    problem: 'it holds no certificate that can be read',
    advice: 'Give it as PEM, with its BEGIN CERTIFICATE and END CERTIFICATE lines.',
  };
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
