import { constants, createVerify, X509Certificate } from 'node:crypto';
import { TokenRefusal, type Registration } from './registration.ts';

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Throws a `TokenRefusal` unless the form proves this identity. */
export function checkProof(
  { clientId, secrets = [], certificates = [], federatedCredentials = [] }: Registration,
  form: URLSearchParams,
  { tokenEndpoint, now }: { readonly tokenEndpoint: string; readonly now: number },
): void {
  const secret = form.get('client_secret');
  if (secret !== null) {
    const known = secrets.find(({ value }) => value === secret);
    if (known === undefined) {
      throw new TokenRefusal(
        'invalid_client',
        7000215,
        `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
      );
    }
    if (known.isExpired === true) {
      throw new TokenRefusal(
        'invalid_client',
        7000222,
        `The provided client secret keys for app '${clientId}' are expired.`,
      );
    }
    return;
  }
  const assertion = form.get('client_assertion');
  if (assertion === null || form.get('client_assertion_type') !== jwtBearer) {
    throw new TokenRefusal(
      'invalid_client',
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    );
  }
  const jwt = readJwt(assertion);
  if (jwt.claims.exp === undefined || jwt.claims.exp * 1000 < now) {
    throw new TokenRefusal(
      'invalid_client',
      700024,
      'Client assertion is not within its valid time range.',
    );
  }
  if (jwt.claims.iss === clientId) checkCertificate(jwt, clientId, certificates, tokenEndpoint);
  else checkFederation(jwt, federatedCredentials);
}

interface Jwt {
  readonly head: { readonly alg?: string; readonly x5t?: string; readonly 'x5t#S256'?: string };
  readonly claims: {
    readonly iss?: string;
    readonly sub?: string;
    readonly aud?: string | readonly string[];
    readonly exp?: number;
  };
  readonly signed: string;
  readonly signature: Buffer;
}

function readJwt(text: string): Jwt {
  const [head = '', claims = '', signature = ''] = text.split('.');
  const json = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as never;
  try {
    return {
      head: json(head),
      claims: json(claims),
      signed: `${head}.${claims}`,
      signature: Buffer.from(signature, 'base64url'),
    };
  } catch {
    throw new TokenRefusal('invalid_request', 50027, 'JWT token is invalid or malformed.', 400);
  }
}

function checkCertificate(
  { head, claims, signed, signature }: Jwt,
  clientId: string,
  certificates: readonly string[],
  tokenEndpoint: string,
): void {
  const certificate = certificates
    .map((pem) => new X509Certificate(pem))
    .find(({ fingerprint, fingerprint256 }) =>
      [fingerprint, fingerprint256]
        .map((print) => Buffer.from(print.replaceAll(':', ''), 'hex').toString('base64url'))
        .some((print) => print === head.x5t || print === head['x5t#S256']),
    );
  const isSigned =
    certificate !== undefined &&
    createVerify('sha256')
      .update(signed)
      .verify(
        {
          key: certificate.publicKey,
          ...(head.alg === 'PS256' && {
            padding: constants.RSA_PKCS1_PSS_PADDING,
            saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
          }),
        },
        signature,
      );
  if (!isSigned || claims.sub !== clientId || ![claims.aud].flat().includes(tokenEndpoint)) {
    throw new TokenRefusal(
      'invalid_client',
      700027,
      `The certificate with identifier used to sign the client assertion is not registered on application.`,
    );
  }
}

function checkFederation(
  { claims: { iss = '', sub = '', aud = '' } }: Jwt,
  credentials: NonNullable<Registration['federatedCredentials']>,
): void {
  const refuse = (code: number, what: string, value: string): never => {
    const message = `No matching federated identity record found for presented assertion ${what} '${value}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.`;
    throw new TokenRefusal('invalid_client', code, message);
  };
  const ofIssuer = credentials.filter(({ issuer }) => issuer === iss);
  if (ofIssuer.length === 0) refuse(700211, 'issuer', iss);
  const ofAudience = ofIssuer.filter(({ audience }) => [aud].flat().includes(audience));
  if (ofAudience.length === 0) refuse(700212, 'audience', String(aud));
  if (!ofAudience.some(({ subject }) => subject === sub)) refuse(700213, 'subject', sub);
}
