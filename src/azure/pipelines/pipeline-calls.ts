import type { $ZodType, output } from 'zod/v4/core';
import { errorMessage } from '../../async/error-message.ts';
import type { Secret } from '../../secret.ts';
import { plainLine } from '../../text/foreign-text.ts';
import { AzureError } from '../http/azure-error.ts';
import type { AzureCall, AzureHttp } from '../http/azure-http.ts';
import { IdentityError } from '../identity/identity-error.ts';
import { parseAnswer } from '../http/parsed-answer.ts';
import { Pace } from './pace.ts';
import { PipelineError } from './pipeline-error.ts';
import { ownError, pipelineErrorOf } from './refusals.ts';
import type { RefusedCall } from './refusals.ts';

/** As whom pipelines are asked, and by what clock. */
export interface PipelinesSettings {
  readonly http: Pick<AzureHttp, 'answer'>;
  /** A token of our identity for an organization; renewed by whoever gives it, and not kept here. */
  readonly token: (organization: string, signal: AbortSignal) => Promise<Secret>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One call, below its collection. */
export interface PipelineCall extends Pick<AzureCall, 'name' | 'path' | 'maxBytes'> {
  /** The organization, or its release host. */
  readonly collection: string;
}

/** The calls that one piece of work makes, with one token. Rejects with `AzureError`s. */
export interface Calls {
  read<T extends $ZodType>(schema: T, call: PipelineCall): Promise<output<T>>;
  /** Makes something: to do it twice is not the same. */
  make<T extends $ZodType>(schema: T, call: PipelineCall, body: unknown): Promise<output<T>>;
  /** Asks what something would be. */
  ask<T extends $ZodType>(schema: T, call: PipelineCall, body: unknown): Promise<output<T>>;
  /** Sets what it names. */
  set(method: 'PATCH' | 'PUT', call: PipelineCall, body?: unknown): Promise<void>;
}

/** A list of two hundred builds has some hundred KiB. */
const defaultMaxBytes = 8 * 1024 * 1024;

/** Makes calls as our identity, at the pace that Azure DevOps allows, and says what refusals mean. */
export class PipelineCaller {
  readonly #settings: PipelinesSettings;
  readonly #pace: Pace;

  constructor(settings: PipelinesSettings) {
    this.#settings = settings;
    this.#pace = new Pace(settings.now);
  }

  /**
   * Does one piece of work. An organization that asked us to wait is asked nothing; a piece of work
   * that has begun is ended all the same, or none of several calls ever would be.
   */
  async work<T>(
    subject: RefusedCall,
    signal: AbortSignal,
    run: (calls: Calls) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const wait = this.#pace.waitFor(subject.organization);
    if (wait > 0) {
      const what = `Azure DevOps asks us to wait ${Math.ceil(wait / 1000)} s`;
      const advice = 'It is asked again when Azure DevOps allows it.';
      throw ownError(subject, { kind: 'throttled', reason: 'throttled', what, advice }, wait);
    }
    const token = await this.#token(subject, signal);
    try {
      return await run(this.#calls(subject, token, signal));
    } catch (error) {
      if (!(error instanceof AzureError)) throw error;
      this.#pace.note(subject.organization, error.retryAfter);
      throw pipelineErrorOf(error, subject);
    }
  }

  async #token(subject: RefusedCall, signal: AbortSignal): Promise<Secret> {
    try {
      return await this.#settings.token(subject.organization, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PipelineError) throw error;
      const what = `there is no token for our identity: ${plainLine(errorMessage(error), 500)}`;
      const advice =
        error instanceof IdentityError ? error.advice : 'Check `azureDevOps.identity`.';
      throw ownError(subject, { kind: 'unavailable', reason: 'noToken', what, advice });
    }
  }

  #calls({ organization }: RefusedCall, token: Secret, signal: AbortSignal): Calls {
    const send = async (
      method: AzureCall['method'],
      isRepeatable: boolean,
      call: PipelineCall,
      body?: unknown,
    ) => {
      const asked: AzureCall = {
        maxBytes: defaultMaxBytes,
        ...call,
        method,
        isRepeatable,
        token,
        signal,
        ...(body !== undefined && {
          body: { type: 'application/json', text: JSON.stringify(body) },
        }),
      };
      const { text, retryAfter } = await this.#settings.http.answer(asked);
      this.#pace.note(organization, retryAfter);
      return { asked, text };
    };
    const parse = <T extends $ZodType>(schema: T, sent: ReturnType<typeof send>) =>
      sent.then(({ asked, text }) => parseAnswer(asked, schema, text));
    return {
      read: (schema, call) => parse(schema, send('GET', true, call)),
      make: (schema, call, body) => parse(schema, send('POST', false, call, body)),
      ask: (schema, call, body) => parse(schema, send('POST', true, call, body)),
      set: async (method, call, body) => void (await send(method, true, call, body)),
    };
  }
}

/** The path of a project's resource, with its query. The version is the one that is released. */
export function pathOf(
  project: string,
  segments: readonly (string | number)[],
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const parameters = new URLSearchParams({ 'api-version': '7.1' });
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  const path = [...(project === '' ? [] : [project]), '_apis', ...segments]
    .map((segment) => `/${encodeURIComponent(segment)}`)
    .join('');
  return `${path}?${parameters.toString()}`;
}
