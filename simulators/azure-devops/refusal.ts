interface About {
  readonly namespace?: string;
  /** What is wrong with a build that is not queued, one sentence each. */
  readonly validation?: readonly string[];
}

/** A refusal in Azure DevOps' form (azure-devops.md §2.9). */
export class Refusal extends Error {
  readonly status: number;
  readonly typeKey: string;
  readonly #about: About;

  constructor(status: number, typeKey: string, message: string, about: About = {}) {
    super(message);
    this.status = status;
    this.typeKey = typeKey;
    this.#about = about;
  }

  get body(): string {
    const { namespace = 'Microsoft.TeamFoundation.DistributedTask.WebApi', validation } =
      this.#about;
    return JSON.stringify({
      $id: '1',
      ...(validation && {
        customProperties: {
          ValidationResults: validation.map((message) => ({ result: 'error', message })),
        },
      }),
      innerException: null,
      message: this.message,
      typeName: `${namespace}.${this.typeKey}, ${namespace}`,
      typeKey: this.typeKey,
      errorCode: 0,
      eventId: 3000,
    });
  }
}

/** The status is documented nowhere, so callers should use the type key. */
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

export function projectNotFound(project: string): Refusal {
  return new Refusal(
    404,
    'ProjectDoesNotExistWithNameException',
    `The project ${project} does not exist, or you may not see it.`,
  );
}
