/** The gRPC codes that Argo CD uses, and the HTTP status of each (argo-cd.md §1.2). */
const httpStatus = {
  2: 500,
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  12: 501,
  13: 500,
  14: 503,
  16: 401,
} as const;

export type GrpcCode = keyof typeof httpStatus;

/** A refusal in the form of Argo CD's gateway: `{error, code, message}`. */
export class ApiError extends Error {
  readonly code: GrpcCode;

  constructor(code: GrpcCode, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return httpStatus[this.code];
  }

  get body(): { error: string; code: number; message: string } {
    return { error: this.message, code: this.code, message: this.message };
  }
}

/** A refusal by the HTTP routing, before gRPC: plain text with a line break. */
export class PlainError extends Error {
  readonly status: 404 | 405 | 415;

  constructor(status: 404 | 405 | 415) {
    super({ 404: 'Not Found', 405: 'Method Not Allowed', 415: 'Invalid content type' }[status]);
    this.status = status;
  }
}

export function notFound(name: string): ApiError {
  return new ApiError(5, `applications.argoproj.io "${name}" not found`);
}
