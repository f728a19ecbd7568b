import { parseFollowUps } from '../../follow-ups/follow-ups-text.ts';
import { gateDefinitions } from '../../inputs/definitions.ts';
import type { Fault } from '../../inputs/fault.ts';
import type { InputReader, InputSource } from '../../inputs/input-reader.ts';
import { readInputs } from '../../inputs/inputs.ts';
import { unexpandedIn } from '../../inputs/unexpanded.ts';
import { runRowName, type InfoRow } from '../../sync/model/operation.ts';
import { printDuration } from '../../text/duration-text.ts';
import { plainLine, webAddress } from '../../text/foreign-text.ts';
import type { ClaimSpec, FollowKind, FollowSpec } from '../run.ts';
import type { GateRequest } from '../gates.ts';
import type { HeaderBlock } from './header-block.ts';
import type { RequestNames } from './request-names.ts';
import type { Sections } from './sections.ts';

type Faulty = { readonly faults: readonly Fault[] };

const longestRow = 512;

/** Who requests a run, and from which Argo CD. */
export interface Requester extends Pick<HeaderBlock, 'address' | 'buildId'> {
  readonly names: RequestNames;
  /** Name of the client whose token came with the request. */
  readonly client: string;
}

/** The spec of a sync or a check, or everything that is wrong with its inputs. */
export function readRunSpec(
  kind: FollowKind,
  sections: Sections,
  { names, client, address, buildId }: Requester,
  tokenLifetime: number,
): FollowSpec | Faulty {
  const isCheck = kind === 'check';
  const source = isCheck ? waiting(sections, {}) : inputsOf(sections);
  const readOwn = isCheck ? refuseUnsynced : () => ({});
  const request = readInputs(source, parseFollowUps, readOwn, ({ timeout }, reader) => {
    if (timeout > tokenLifetime) refuseTimeout(reader, timeout, tokenLifetime);
  });
  const faults = faultsOf(names, request);
  if ('faults' in request || faults.length > 0) return { faults };
  return {
    kind,
    address,
    client,
    azureProject: names.azureProject,
    argocd: names.argocd,
    request,
    info: infoOf(sections),
    page: pageOf(sections) ?? '',
    buildId,
  };
}

const eventKey = /^[1-9]\d{14}$/;

/** The spec of a claim; undefined if something is wrong with it, which the reader then reports. */
export function readClaimSpec(
  sections: Sections,
  reader: InputReader,
  { client, address }: Pick<Requester, 'client' | 'address'>,
): ClaimSpec | undefined {
  const before = reader.faults.length;
  const event = reader.text('event');
  const azureProject = plainLine(reader.text('azureProject'), 253);
  if (reader.faults.length === before) {
    if (event === '' || event === '0') {
      const problem = 'it is missing, as in a run that no handler has queued';
      const advice =
        "Send the run's parameter `event`. When the pipeline is started manually, skip this task: `condition: ne('${{ parameters.event }}', '0')`.";
      reader.refuse('event', '', problem, advice);
    } else if (!eventKey.test(event)) {
      const advice = 'Send the parameter `event` as the handler set it: 15 digits.';
      reader.refuse('event', event, 'this is not the number of an event', advice);
    }
    if (azureProject === '') {
      reader.refuse('azureProject', '', 'it is missing', 'Send `$(System.TeamProject)`.');
    }
  }
  if (reader.faults.length > before) return undefined;
  return {
    ...{ kind: 'claim', address, client, azureProject, argocd: '', eventKey: event },
    info: infoOf(sections),
    page: pageOf(sections) ?? '',
    buildId: undefined,
  };
}

/** The question of a gate, except for who may ask. */
export function readGate(
  sections: Sections,
  names: RequestNames,
): Omit<GateRequest, 'isAllowed'> | Faulty {
  // A gate does not wait, so nothing is compared with a timeout.
  const source = waiting(sections, { timeoutSeconds: String(7 * 24 * 3_600) });
  const reading = readInputs(source, parseFollowUps, readRequirements);
  const faults = faultsOf(names, reading);
  if ('faults' in reading || faults.length > 0) return { faults };
  const { requireSynced, requireHealthy, project, subject, goal } = reading;
  const target = goal.action === 'wait' ? goal.target : undefined;
  return {
    argocd: names.argocd,
    applications: 'names' in subject ? subject.names : [],
    project,
    revision: target?.kind === 'revision' ? target.revision : '',
    requireSynced,
    requireHealthy,
    acceptSuspended: goal.acceptSuspended,
    stableFor: goal.stableFor,
  };
}

function inputsOf(sections: Sections): InputSource {
  return { input: (name) => sections.get(name) };
}

/** Gates and checks start nothing: their inputs are those of a wait. */
function waiting(sections: Sections, fixed: Readonly<Record<string, string>>): InputSource {
  const requiresHealth = (sections.get('requireHealthy') ?? '').trim().toLowerCase() !== 'false';
  const inputs: Readonly<Record<string, string>> = {
    ...fixed,
    action: 'wait',
    ifMissing: 'wait',
    waitFor: requiresHealth ? 'health' : 'operation',
  };
  return { input: (name) => inputs[name] ?? sections.get(name) };
}

function faultsOf(names: RequestNames, reading: object | Faulty): readonly Fault[] {
  return [...names.faults, ...('faults' in reading ? reading.faults : [])];
}

function readRequirements(reader: InputReader) {
  const { requireSynced, requireHealthy } = gateDefinitions;
  return {
    requireSynced: reader.boolean('requireSynced', requireSynced.default),
    requireHealthy: reader.boolean('requireHealthy', requireHealthy.default),
  };
}

function refuseUnsynced(reader: InputReader): object {
  if (!readRequirements(reader).requireSynced) {
    const problem = 'a check waits for a deployment, so applications must be synced';
    reader.refuse('requireSynced', 'false', problem, 'Remove it, or use a gate.');
  }
  return {};
}

/** After the job's token has expired, the result can no longer be reported. */
function refuseTimeout(reader: InputReader, timeout: number, tokenLifetime: number): void {
  const longest = Math.floor(tokenLifetime / 1_000);
  const problem = `the job's token, which is required to report the result, is assumed to last ${printDuration(tokenLifetime)}`;
  const advice = `Use at most ${longest}, or raise azureDevOps.tokenLifetime of the handler.`;
  reader.refuse('timeoutSeconds', String(timeout / 1_000), problem, advice);
}

/** Rows that lead from the operation in Argo CD to the run: who requested it, and where. */
function infoOf(sections: Sections): readonly InfoRow[] {
  const text = (name: string) => plainLine(knownLine(sections, name), longestRow);
  const rows: readonly InfoRow[] = [
    { name: 'Pipeline', value: text('pipeline') },
    { name: runRowName, value: [text('runNumber'), pageOf(sections)].filter(Boolean).join(' ') },
    { name: 'Requested for', value: text('requestedFor') },
  ];
  return rows.filter(({ value }) => value !== '');
}

function pageOf(sections: Sections): string | undefined {
  return webAddress(knownLine(sections, 'runPage'));
}

/**
 * Releases and builds have different variables; the others remain unexpanded. With one line for each, the
 * first expanded line counts.
 */
function knownLine(sections: Sections, name: string): string {
  const lines = (sections.get(name) ?? '').split(/[\n\r]/).map((line) => line.trim());
  return lines.find((line) => line !== '' && unexpandedIn(line).length === 0) ?? '';
}
