import { readFileSync } from 'node:fs';
import type { ApiServerTls } from '../../../simulators/kubernetes/api-server.ts';

/** The certificate of `localhost` in test/fixtures/tls. */
export const localhostTls: ApiServerTls = {
  key: read('server.key'),
  cert: read('server.pem'),
  ca: read('ca.pem'),
};

function read(name: string): string {
  return readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');
}
