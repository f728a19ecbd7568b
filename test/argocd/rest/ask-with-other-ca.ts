/** Requests the server named on the command line with a CA that did not sign its certificate. */
import { HttpClient, TransportError } from '../../../src/argocd/rest/http.ts';
import { connectionTo, noAbort, readPem } from './server.ts';

const url = process.argv[2] ?? '';
const client = new HttpClient(connectionTo(url, { ca: readPem('other-ca.pem') }));
const answer = client
  .send({ method: 'GET', path: '/', headers: {}, timeout: 5000, signal: noAbort })
  .then(
    ({ text }) => text,
    (error: unknown) => (error instanceof TransportError ? error.code : String(error)),
  );
process.stdout.write(await answer);
await client.close();
