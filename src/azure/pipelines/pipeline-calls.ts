import type { $ZodType, output } from 'zod/v4/core';
import { errorMessage } from '../../async/error-message.ts';
import type { Secret } from '../../secret.ts';
import { plainLine } from '../../text/foreign-text.ts';
import { AzureError } from '../http/azure-error.ts';
import type { AzureCall, AzureHttp } from '../http/azure-http.ts';
import { HeldToken } from '../http/held-token.ts';
import { IdentityError } from '../identity/identity-error.ts';
import { parseAnswer } from '../http/parsed-answer.ts';
import { Pace } from './pace.ts';
import { PipelineError } from './pipeline-error.ts';
import { ownError, pipelineErrorOf } from './refusals.ts';
import type { RefusedCall } from './refusals.ts';
import { ServerClocks } from './server-clocks.ts';

/** The identity and the clock for calls about pipelines. */
export interface PipelinesSettings {
  readonly http: Pick<AzureHttp, 'answer'>;
  /**
   * Returns a token of the identity for an organization. The provider renews it; it is not kept here.
   * With `refused`, a token other than that one, which was refused; or the same if there is no other.
   */
  readonly token: (organization: string, signal: AbortSignal, refused?: Secret) => Promise<Secret>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One call, below its collection. */
export interface PipelineCall extends Pick<AzureCall, 'name' | 'path' | 'maxBytes'> {
  /** The organization, or its release host. */
  readonly collection: string;
}

/** The calls of one unit of work, with one token, or a second one. They reject with `AzureError`s. */
export interface Calls {
  read<T extends $ZodType>(schema: T, call: PipelineCall): Promise<output<T>>;
  /** Creates something; not idempotent. */
  make<T extends $ZodType>(schema: T, call: PipelineCall, body: unknown): Promise<output<T>>;
  /** Requests a preview. */
  ask<T extends $ZodType>(schema: T, call: PipelineCall, body: unknown): Promise<output<T>>;
  /** Sets a named resource; idempotent. */
  set(method: 'PATCH' | 'PUT', call: PipelineCall, body?: unknown): Promise<void>;
}

/** A list of 200 builds has a few hundred KiB. */
const defaultMaxBytes = 8 * 1024 * 1024;

/** Makes calls as the identity, at the rate that Azure DevOps allows, and explains refusals. */
export class PipelineCaller {
  readonly #settings: PipelinesSettings;
  readonly #pace: Pace;
  readonly #clocks: ServerClocks;

  constructor(settings: PipelinesSettings) {
    this.#settings = settings;
    this.#pace = new Pace(settings.now);
    this.#clocks = new ServerClocks(settings.now);
  }

  /** Azure's time minus ours, in milliseconds: see `ServerClocks`. */
  clockOffset(organization: string): number {
    return this.#clocks.offsetOf(organization);
  }

  /**
   * Does one unit of work. Starts none while the organization requests a wait, but finishes one that has
   * started: otherwise units of several calls might never finish.
   */
  async work<T>(
    subject: RefusedCall,
    signal: AbortSignal,
    run: (calls: Calls) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const wait = this.#pace.waitFor(subject.organization);
    if (wait > 0) {
      const what = `Azure DevOps requests a wait of ${Math.ceil(wait / 1000)} s`;
      const advice = 'It is retried when Azure DevOps allows it.';
      throw ownError(subject, { kind: 'throttled', reason: 'throttled', what, advice }, wait);
    }
    const token = new HeldToken(
      await this.#token(subject, signal),
      (refused) => this.#settings.token(subject.organization, signal, refused),
      signal,
    );
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
      const what = `there is no token for the identity: ${plainLine(errorMessage(error), 500)}`;
      const advice =
        error instanceof IdentityError ? error.advice : 'Check `azureDevOps.identity`.';
      throw ownError(subject, { kind: 'unavailable', reason: 'noToken', what, advice });
    }
  }

  #calls({ organization }: RefusedCall, held: HeldToken, signal: AbortSignal): Calls {
    const send = async (
      method: AzureCall['method'],
      isRepeatable: boolean,
      call: PipelineCall,
      body?: unknown,
    ) => {
      const asked: Omit<AzureCall, 'token'> = {
        maxBytes: defaultMaxBytes,
        ...call,
        method,
        isRepeatable,
        signal,
        ...(body !== undefined && {
          body: { type: 'application/json', text: JSON.stringify(body) },
        }),
      };
      return held.use(async (token) => {
        const sent = { ...asked, token };
        const { text, retryAfter, date } = await this.#settings.http.answer(sent);
        this.#pace.note(organization, retryAfter);
        this.#clocks.note(organization, date);
        return { asked: sent, text };
      });
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

/** The path of a project's resource, with its query and the released API version. */
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
