import assert from 'node:assert/strict';
import { AzureHttp } from '../../../src/azure/http/azure-http.ts';
import { Collections } from '../../../src/azure/http/collection.ts';
import { PipelineError } from '../../../src/azure/pipelines/pipeline-error.ts';
import type {
  BuildRequest,
  ReleaseRequest,
  RunRequest,
} from '../../../src/azure/pipelines/pipelines.ts';
import { RestPipelines } from '../../../src/azure/pipelines/rest-pipelines.ts';
import { Secret } from '../../../src/secret.ts';
import type { Principal, Right } from '../../../simulators/azure-devops/principal.ts';
import { rights } from '../../../simulators/azure-devops/principal.ts';
import type { SimulatorOptions } from '../../../simulators/azure-devops/simulator.ts';
import { AzureDevOpsSimulator } from '../../../simulators/azure-devops/simulator.ts';

/**
 * An organization in this process, and our client for its pipelines; time stands still unless it is
 * advanced.
 */
export class Organization {
  readonly azure: AzureDevOpsSimulator;
  readonly pipelines: RestPipelines;
  readonly identity: Principal & { readonly token: string };
  readonly #http: AzureHttp;

  static async start(
    may: Iterable<Right> = rights,
    options: SimulatorOptions & { readonly timeout?: number } = {},
  ): Promise<Organization> {
    const azure = await AzureDevOpsSimulator.start({ timeScale: Infinity, ...options });
    return new Organization(azure, may, options.timeout ?? 10_000);
  }

  private constructor(azure: AzureDevOpsSimulator, may: Iterable<Right>, timeout: number) {
    this.azure = azure;
    this.identity = azure.addIdentity('argocd handler', may);
    const organizations = new Collections([{ url: azure.collectionUrl, isPrivate: true }]);
    this.#http = new AzureHttp({
      reachOf: (collection) => organizations.reachOf(collection),
      userAgent: 'test',
      timeout,
    });
    this.pipelines = this.as(() => Promise.resolve(this.identity.token));
  }

  /** The same pipelines with another token; `refused` is the token that was refused. */
  as(
    token: string | ((refused: string | undefined) => Promise<string>),
    now = () => this.azure.now,
  ): RestPipelines {
    const give = typeof token === 'string' ? () => Promise.resolve(token) : token;
    return new RestPipelines({
      http: this.#http,
      token: async (_, __, refused) => new Secret(await give(refused?.reveal())),
      now,
    });
  }

  get url(): string {
    return this.azure.collectionUrl.replace(/\/$/, '');
  }

  get project() {
    return { organization: this.url, project: 'shop' };
  }

  run(pipeline: number, about: Partial<RunRequest> = {}): RunRequest {
    const empty = { parameters: {}, variables: {}, mark: 'tag', eventKey: '4711' } as const;
    return { kind: 'yaml', ...this.project, pipeline, ...empty, ...about };
  }

  build(pipeline: number, about: Partial<BuildRequest> = {}): BuildRequest {
    const empty = { variables: {}, mark: 'tag', eventKey: '4711' } as const;
    return { kind: 'build', ...this.project, pipeline, ...empty, ...about };
  }

  release(pipeline: number, about: Partial<ReleaseRequest> = {}): ReleaseRequest {
    const empty = { artifacts: [], variables: {}, mark: 'description', eventKey: '4711' } as const;
    return { kind: 'release', ...this.project, pipeline, ...empty, ...about };
  }

  /** The names of the requests, in order. */
  get asked(): readonly (string | undefined)[] {
    return this.azure.requests.map(({ operation }) => operation);
  }

  async stop(): Promise<void> {
    await this.#http.close();
    await this.azure.stop();
  }
}

/** The error of a call, which must suit people: without the token, on one line. */
export async function errorOf(call: Promise<unknown>, token = ''): Promise<PipelineError> {
  const error = await call.then(
    () => assert.fail('it is a yes'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof PipelineError, String(error));
  assert.ok(token === '' || !JSON.stringify([error.message, error.advice]).includes(token));
  assert.match(error.message, /^Could not [^\n]{10,1000}\.$/);
  assert.match(error.advice, /^[A-Z].+\.$/);
  return error;
}
