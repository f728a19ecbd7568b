/** The hubs of pipeline plans, as `System.HostType` names them (azure-devops.md §1.5, §2.1). */
export const hubs = ['build', 'release', 'gates', 'checks'] as const;
export type Hub = (typeof hubs)[number];

/** Where a run reports: one task of one job of one plan (azure-devops.md §2.1). Ids are GUIDs. */
export interface RunAddress {
  /** `https://dev.azure.com/fabrikam`, without a trailing slash; checked against the configuration. */
  readonly collection: string;
  readonly projectId: string;
  readonly hub: Hub;
  readonly planId: string;
  readonly jobId: string;
  readonly timelineId: string;
  /** Id of the task's own timeline record. */
  readonly taskInstanceId: string;
}
