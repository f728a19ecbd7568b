/**
 * Bounds of one listener against abuse. Times are milliseconds, sizes bytes. Azure Pipelines gives up
 * after 20 s and sends a few kilobytes, of which the job's token is the largest (azure-devops.md §1.7).
 */
export interface ServerLimits {
  /** All headers of a request together. */
  readonly headerSize: number;
  readonly headerCount: number;
  /** Until all headers are there. */
  readonly headersTimeout: number;
  /** Until all of a request is there. */
  readonly requestTimeout: number;
  /** For the next request on a connection; longer than an ingress keeps an idle one, usually 60 s. */
  readonly keepAliveTimeout: number;
  readonly connections: number;
}

/** What each listener of the handler allows unless told otherwise. */
export const serverLimits: ServerLimits = {
  headerSize: 16 * 1_024,
  headerCount: 100,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 75_000,
  connections: 2_000,
};
