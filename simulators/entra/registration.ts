/** An identity registered in the tenant, and its credentials. */
export interface Registration {
  readonly clientId: string;
  readonly isDisabled?: boolean;
  readonly secrets?: readonly { readonly value: string; readonly isExpired?: boolean }[];
  /** PEM of certificates. */
  readonly certificates?: readonly string[];
  readonly federatedCredentials?: readonly {
    readonly issuer: string;
    readonly subject: string;
    readonly audience: string;
  }[];
}

/** A refusal of the token endpoint, in Entra's form (reference-error-codes). */
export class TokenRefusal extends Error {
  readonly status: number;
  readonly error: string;
  readonly code: number;

  constructor(error: string, code: number, description: string, status = 401) {
    super(description);
    this.error = error;
    this.code = code;
    this.status = status;
  }

  get body(): string {
    const ids =
      'Trace ID: 0000aaaa-11bb-cccc-dd22-eeeeee333300 Correlation ID: aaaa0000-bb11-2222-33cc-444444dddddd Timestamp: 2026-11-28 00:00:00Z';
    return JSON.stringify({
      error: this.error,
      error_description: `AADSTS${this.code}: ${this.message} ${ids}`,
      error_codes: [this.code],
      timestamp: '2026-11-28 00:00:00Z',
      trace_id: '0000aaaa-11bb-cccc-dd22-eeeeee333300',
      correlation_id: 'aaaa0000-bb11-2222-33cc-444444dddddd',
      error_uri: `https://login.microsoftonline.com/error?code=${this.code}`,
    });
  }
}
