/** A refusal in Azure DevOps' form (azure-devops.md §2.9). */
export class Refusal extends Error {
  readonly status: number;
  readonly typeKey: string;

  constructor(status: number, typeKey: string, message: string) {
    super(message);
    this.status = status;
    this.typeKey = typeKey;
  }

  get body(): string {
    return JSON.stringify({
      $id: '1',
      innerException: null,
      message: this.message,
      typeName: `Microsoft.TeamFoundation.DistributedTask.WebApi.${this.typeKey}, Microsoft.TeamFoundation.DistributedTask.WebApi`,
      typeKey: this.typeKey,
      errorCode: 0,
      eventId: 3000,
    });
  }
}

/** No source says which status belongs to it: callers should go by the type key. */
export function planNotFound(planId: string, hub: string): Refusal {
  return new Refusal(
    404,
    'TaskOrchestrationPlanNotFoundException',
    `The orchestration session ${planId} not found for hub ${hub}.`,
  );
}

export function badRequest(message: string): Refusal {
  return new Refusal(400, 'VssPropertyValidationException', message);
}

export function notFound(message: string): Refusal {
  return new Refusal(404, 'ResourceNotFoundException', message);
}
