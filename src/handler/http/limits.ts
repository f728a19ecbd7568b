/**
 * Limits of one listener against abuse. Times are milliseconds, sizes bytes. Azure Pipelines gives up after
 * 20 s and sends a few kilobytes, most of which is the job's token (azure-devops.md §1.7).
 */
export interface ServerLimits {
  /** All headers of a request together. */
  readonly headerSize: number;
  readonly headerCount: number;
  /** Until all headers are received. */
  readonly headersTimeout: number;
  /** Until the whole request is received. */
  readonly requestTimeout: number;
  /** Until the next request on a connection; longer than the idle timeout of an ingress, usually 60 s. */
  readonly keepAliveTimeout: number;
  readonly connections: number;
}

/** The default limits of each listener. */
export const serverLimits: ServerLimits = {
  headerSize: 16 * 1_024,
  headerCount: 100,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 75_000,
  connections: 2_000,
};
