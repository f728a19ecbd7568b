import type { Principal } from './principal.ts';

export type StageStatus =
  | 'notStarted'
  | 'inProgress'
  | 'succeeded'
  | 'canceled'
  | 'rejected'
  | 'queued'
  | 'partiallySucceeded';

export interface ReleaseStage {
  readonly name: string;
  /** Started by the release, or by the success of another stage; default: manually. */
  readonly after?: 'release' | { readonly stage: string };
}

export interface ReleaseDefinitionOptions {
  readonly name: string;
  /** Default: `\`. */
  readonly folder?: string;
  /** Default: the first project. */
  readonly projectId?: string;
  readonly stages: readonly ReleaseStage[];
  /** Aliases. */
  readonly artifacts?: readonly string[];
  /** Those that may be set for a release. */
  readonly settableVariables?: readonly string[];
}

export interface ReleaseDefinition extends ReleaseDefinitionOptions {
  readonly id: number;
  readonly folder: string;
  readonly projectId: string;
}

export interface DeployedStage extends ReleaseStage {
  readonly id: number;
  /** False once somebody asked for it to be started manually. */
  readonly isAutomatic: boolean;
  status: StageStatus;
}

/** A classic release. */
export class Release {
  readonly id: number;
  readonly definition: ReleaseDefinition;
  readonly description: string;
  readonly createdBy: Principal;
  readonly createdOn: string;
  readonly artifacts: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly stages: readonly DeployedStage[];
  status: 'active' | 'abandoned' = 'active';

  constructor(
    about: Pick<
      Release,
      'id' | 'definition' | 'description' | 'createdBy' | 'createdOn' | 'artifacts' | 'variables'
    > & { readonly manualStages: readonly string[] },
  ) {
    this.id = about.id;
    this.definition = about.definition;
    this.description = about.description;
    this.createdBy = about.createdBy;
    this.createdOn = about.createdOn;
    this.artifacts = about.artifacts;
    this.variables = about.variables;
    this.stages = about.definition.stages.map((stage, place) => ({
      ...stage,
      id: about.id * 100 + place + 1,
      isAutomatic: !about.manualStages.includes(stage.name),
      status: 'notStarted',
    }));
    for (const stage of this.stages) {
      if (stage.isAutomatic && stage.after === 'release') stage.status = 'inProgress';
    }
  }

  get name(): string {
    return `Release-${this.id}`;
  }

  /** Ends a stage. Later stages are started only by `continue`, since the service takes its time. */
  end(name: string, status: Exclude<StageStatus, 'notStarted' | 'inProgress' | 'queued'>): void {
    const stage = this.stages.find((one) => one.name === name);
    if (!stage) throw new Error(`There is no stage ${name}.`);
    stage.status = status;
  }

  /** Starts the stages that are due. */
  continue(): void {
    for (const stage of this.stages) {
      const { after } = stage;
      if (stage.status !== 'notStarted' || !stage.isAutomatic || typeof after !== 'object')
        continue;
      const before = this.stages.find(({ name }) => name === after.stage);
      if (before?.status === 'succeeded') stage.status = 'inProgress';
    }
  }
}
