import { Buffer } from 'node:buffer';
import { errorMessage } from '../../async/error-message.ts';
import type { Secret } from '../../secret.ts';
import { plainLine } from '../../text/foreign-text.ts';

/** Azure DevOps did not carry out a call. The message is for people. */
export class ChecksApiError extends Error {
  override readonly name = 'ChecksApiError';
}

interface Check {
  readonly id: number;
  readonly settings?: { readonly displayName?: string };
}

interface ServiceConnection {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

type Caller = typeof fetch;

/** The calls that create a check, with a personal access token. */
export class ChecksApi {
  readonly #project: string;
  readonly #authorization: Secret;
  readonly #send: Caller;

  /**
   * @param organization - Its URL, without a trailing slash.
   * @param project - Name or id.
   * @param authorization - The `Authorization` header.
   */
  constructor(organization: string, project: string, authorization: Secret, send: Caller = fetch) {
    this.#project = `${organization}/${encodeURIComponent(project)}/_apis`;
    this.#authorization = authorization;
    this.#send = send;
  }

  /**
   * The service connections with this name: one, or none if it does not exist or the token may not see
   * it.
   */
  async connectionsNamed(name: string): Promise<readonly ServiceConnection[]> {
    const query = new URLSearchParams({ endpointNames: name, 'api-version': '7.1' });
    const { value } = await this.#call('GET', `serviceendpoint/endpoints?${String(query)}`);
    return value as readonly ServiceConnection[];
  }

  async checksOf(environmentId: string): Promise<readonly Check[]> {
    const query = new URLSearchParams({
      resourceType: 'environment',
      resourceId: environmentId,
      $expand: 'settings',
      'api-version': '7.1-preview.1',
    });
    const { value } = await this.#call('GET', `pipelines/checks/configurations?${String(query)}`);
    return value as readonly Check[];
  }

  /** Creates the check and returns its id. */
  async create(configuration: object): Promise<number> {
    const path = 'pipelines/checks/configurations?api-version=7.1-preview.1';
    const { id } = await this.#call('POST', path, configuration);
    return id as number;
  }

  async #call(
    method: string,
    path: string,
    body?: object,
  ): Promise<Readonly<Record<string, unknown>>> {
    let answer: Response;
    try {
      answer = await this.#send(`${this.#project}/${path}`, {
        method,
        redirect: 'manual',
        headers: {
          Accept: 'application/json',
          Authorization: this.#authorization.reveal(),
          ...(body && { 'Content-Type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new ChecksApiError(`Cannot reach Azure DevOps: ${reasonOf(error)}.`);
    }
    const text = await answer.text();
    const parsed = parseObject(text);
    if (answer.status === 200 && parsed) return parsed;
    throw new ChecksApiError(refusal(answer.status, parsed));
  }
}

/** The `Authorization` header for a personal access token. */
export function basicAuthorization(token: string): string {
  return `Basic ${Buffer.from(`:${token}`).toString('base64')}`;
}

/** Node only says "fetch failed"; the cause says what failed. */
function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  return plainLine(errorMessage(cause instanceof Error ? cause : error), 200);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function refusal(status: number, parsed: Readonly<Record<string, unknown>> | undefined): string {
  // Azure DevOps answers an unknown token with a sign-in page.
  if (status === 401 || (parsed === undefined && status < 400)) {
    return 'Azure DevOps rejected the token. It may have expired, or belong to another organization.';
  }
  const said = parsed?.['message'];
  const reason = typeof said === 'string' ? plainLine(said, 500) : 'it gave no reason';
  const advice = status === 403 ? ' The token needs the scopes that --help lists.' : '';
  return `Azure DevOps rejected the request (status ${status}): ${reason}${advice}`;
}
