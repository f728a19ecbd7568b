import type { IncomingHttpHeaders } from 'node:http';

/** The operations of the service, by names that tests use. */
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
  | PipelineOperation
  | ReleaseOperation;

/** Of pipelines and their runs. */
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

/** Of classic releases. */
export type ReleaseOperation =
  | 'listReleaseDefinitions'
  | 'getReleaseDefinition'
  | 'listReleases'
  | 'createRelease'
  | 'getRelease'
  | 'updateReleaseStage';

/** One request as the service got it. */
export interface ApiRequest {
  /** Undefined when there is no such operation. */
  readonly operation: OperationName | undefined;
  readonly method: string;
  /** From the organization on, with the query. */
  readonly path: string;
  /** Values of the path, by name, in the case they came. */
  readonly values: Readonly<Record<string, string>>;
  /** In lower case; undefined when the path has none. */
  readonly planId: string | undefined;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
  /** Simulated milliseconds since the epoch. */
  readonly at: number;
}
