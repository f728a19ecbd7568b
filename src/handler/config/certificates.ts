import { certificatesIn } from '../../inputs/certificate-text.ts';
import type { Setting } from '../../settings/setting.ts';

/** PEM certificates, concatenated; text around them is dropped. */
export function parseCertificates(text: string): Setting<string> {
  const value = certificatesIn(text);
  if (value !== undefined) return { value };
  return {
    problem: 'it contains no valid certificate',
    advice: 'Provide it as PEM, with its BEGIN CERTIFICATE and END CERTIFICATE lines.',
  };
}
