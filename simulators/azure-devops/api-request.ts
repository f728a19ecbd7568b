import type { IncomingHttpHeaders } from 'node:http';

/** The operations of the service, by names for tests. */
export type OperationName =
  | 'postEvent'
  | 'getPlan'
  | 'createTimeline'
  | 'listTimelines'
  | 'getTimeline'
  | 'listRecords'
  | 'updateRecords'
  | 'appendFeed'
  | 'listLogs'
  | 'getLog'
  | 'createLog'
  | 'appendLog'
  | 'putAttachment'
  | 'getAttachment'
  | 'listAttachments'
  | 'listPlanAttachments'
  | 'getProject'
  | 'receiveEvent'
  | PipelineOperation
  | ReleaseOperation;

/** Operations on pipelines and their runs. */
export type PipelineOperation =
  | 'getConnectionData'
  | 'listDefinitions'
  | 'getPipeline'
  | 'previewRun'
  | 'queueRun'
  | 'getRun'
  | 'listBuilds'
  | 'queueBuild'
  | 'getBuild'
  | 'updateBuild'
  | 'listTags'
  | 'addTag';

/** Operations on classic releases. */
export type ReleaseOperation =
  | 'listReleaseDefinitions'
  | 'getReleaseDefinition'
  | 'listReleases'
  | 'createRelease'
  | 'getRelease'
  | 'updateReleaseStage';

/** One request as the service received it. */
export interface ApiRequest {
  /** Undefined if there is no such operation. */
  readonly operation: OperationName | undefined;
  readonly method: string;
  /** From the organization on, including the query. */
  readonly path: string;
  /** Values from the path, by name, with their case unchanged. */
  readonly values: Readonly<Record<string, string>>;
  /** In lower case; undefined if the path has none. */
  readonly planId: string | undefined;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as JSON; undefined if it is not JSON. */
  readonly json: unknown;
  /** Simulated milliseconds since the epoch. */
  readonly at: number;
}
