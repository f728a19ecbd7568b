import { hubs, type Hub, type RunAddress } from '../../azure/task-hub/run-address.ts';
import type { Fault } from '../../inputs/fault.ts';
import { Secret } from '../../secret.ts';
import { presentedSecrets, redact } from './redaction.ts';

/** What the headers of a request say about its run (azure-devops.md §2.10). */
export interface HeaderBlock {
  readonly address: RunAddress;
  /** The job's own token; empty only if the request needs none. */
  readonly token: Secret;
  readonly buildId: number | undefined;
  readonly isCancel: boolean;
}

/** Everything that is wrong with the headers that identify a run. */
export interface HeaderFaults {
  readonly faults: readonly Fault[];
  /** `PlanUrl` is a URL, but not of a configured organization. */
  readonly isForeign: boolean;
}

/** Which headers a route requires, besides those that identify the run. */
export interface HeaderNeeds {
  /** Without a token, nothing can be reported; a gate reports nothing. */
  readonly token: boolean;
  /** Only a check watches its build, since no header tells it of a cancellation. */
  readonly build: boolean;
}

/** What each header contains in a correctly written request. */
export const headerTemplates = {
  PlanUrl: '$(System.CollectionUri)',
  ProjectId: '$(System.TeamProjectId)',
  HubName: '$(System.HostType)',
  PlanId: '$(System.PlanId)',
  JobId: '$(System.JobId)',
  TimelineId: '$(System.TimelineId)',
  TaskInstanceId: '$(System.TaskInstanceId)',
  AuthToken: '$(System.AccessToken)',
  BuildId: '$(Build.BuildId)',
} as const;
type HeaderName = keyof typeof headerTemplates;

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const nobody = '00000000-0000-0000-0000-000000000000';
/** No header contains a `$` after expansion. */
const unfilled = /\$(?:[([]|\{\{)/;
const longestToken = 8_192;
const longestUrl = 2_000;

/**
 * Reads the header block; ids become lower case. `collectionOf`: the collection that a `PlanUrl` names, if
 * configured. A token is never sent anywhere else.
 */
export function readHeaderBlock(
  header: (name: string) => string | undefined,
  collectionOf: (planUrl: string) => string | undefined,
  needs: HeaderNeeds,
): HeaderBlock | HeaderFaults {
  const reader = new HeaderReader(header);
  const planUrl = reader.read('PlanUrl');
  const collection = planUrl === undefined ? undefined : collectionOf(planUrl);
  const isForeign = planUrl !== undefined && collection === undefined;
  if (isForeign) reader.refuseCollection(planUrl);
  const address = {
    collection: collection ?? '',
    projectId: reader.guid('ProjectId'),
    hub: reader.hub(),
    planId: reader.guid('PlanId'),
    jobId: reader.guid('JobId'),
    timelineId: reader.guid('TimelineId'),
    taskInstanceId: reader.guid('TaskInstanceId'),
  };
  const token = reader.token(needs.token);
  const buildId = needs.build ? reader.buildId() : undefined;
  const isCancel = reader.isCancel();
  const { faults } = reader;
  return faults.length > 0 ? { faults, isForeign } : { address, token, buildId, isCancel };
}

class HeaderReader {
  readonly faults: Fault[] = [];
  readonly #header: (name: string) => string | undefined;
  /** A token in the wrong header must not be shown either. */
  readonly #secrets: readonly Secret[];

  constructor(header: (name: string) => string | undefined) {
    this.#header = header;
    this.#secrets = presentedSecrets(header);
  }

  /** The header's text. A missing or unexpanded header is a fault. */
  read(name: HeaderName): string | undefined {
    const value = this.#text(name);
    const advice = `Send the header as \`${name}: ${headerTemplates[name]}\`.`;
    if (value === '') this.#refuse(name, '', 'it is missing', advice);
    else if (unfilled.test(value)) this.#refuse(name, value, 'this was not expanded', advice);
    else if (value.length > longestUrl) this.#refuse(name, value, 'it is too long', advice);
    else return value;
    return undefined;
  }

  guid(name: HeaderName): string {
    const value = this.read(name);
    if (value === undefined) return '';
    if (guid.test(value) && value !== nobody) return value.toLowerCase();
    const advice = `Send the header as \`${name}: ${headerTemplates[name]}\`.`;
    this.#refuse(name, value, 'this is not a valid ID (a GUID)', advice);
    return '';
  }

  hub(): Hub {
    const value = this.read('HubName');
    const hub = hubs.find((each) => each === value?.toLowerCase());
    if (value === undefined || hub !== undefined) return hub ?? 'build';
    if (value.toLowerCase() === 'deployment') {
      const advice = 'Use an agentless job, or the task ArgoCDSync@1, which runs on the agent.';
      this.#refuse('HubName', value, 'deployment group jobs do not support callbacks', advice);
    } else {
      this.#refuse('HubName', value, 'unknown hub', `Use one of ${hubs.join(', ')}.`);
    }
    return 'build';
  }

  token(isNeeded: boolean): Secret {
    const value = this.#text('AuthToken');
    const isMissing = value === '' || unfilled.test(value);
    if (!isMissing && value.length <= longestToken && /^[\x21-\x7e]+$/.test(value)) {
      return new Secret(value);
    }
    if (isMissing && !isNeeded) return new Secret('');
    const problem = isMissing
      ? "Azure Pipelines did not provide the job's token, which is required to report to the run"
      : 'this is not a token';
    const advice = isMissing
      ? 'Send the header as `AuthToken: $(System.AccessToken)`; in a classic release or pipeline, allow scripts of the agentless job to access the OAuth token.'
      : 'Send the header as `AuthToken: $(System.AccessToken)`.';
    this.#refuse('AuthToken', '', problem, advice);
    return new Secret('');
  }

  buildId(): number | undefined {
    const value = this.#text('BuildId');
    if (value === '') return undefined;
    if (/^[1-9]\d{0,14}$/.test(value)) return Number(value);
    const advice = 'Send the header as `BuildId: $(Build.BuildId)`, or leave it out.';
    this.#refuse('BuildId', value, 'this is not the ID of a build', advice);
    return undefined;
  }

  isCancel(): boolean {
    const value = this.#text('RequestType').toLowerCase();
    if (value !== '' && value !== 'execute' && value !== 'cancel') {
      const advice = 'Use `Execute` or `Cancel`; the default is `Execute`.';
      this.#refuse('RequestType', value, 'unknown request type', advice);
    }
    return value === 'cancel';
  }

  refuseCollection(planUrl: string): void {
    const problem = 'this handler does not serve that collection';
    const advice =
      'Add its organization to azureDevOps.organizations in the configuration of the handler.';
    this.#refuse('PlanUrl', planUrl, problem, advice);
  }

  #text(name: string): string {
    return (this.#header(name) ?? '').trim();
  }

  #refuse(name: string, value: string, problem: string, advice: string): void {
    const shown = redact(value, this.#secrets);
    this.faults.push({ input: `header ${name}`, value: shown, problem, advice });
  }
}
