import type { Fault } from '../../inputs/fault.ts';
import type { InputReader, InputSource } from '../../inputs/input-reader.ts';
import { readInputs } from '../../inputs/inputs.ts';
import { unexpandedIn } from '../../inputs/unexpanded.ts';
import type { InfoRow } from '../../sync/model/operation.ts';
import { printDuration } from '../../text/duration-text.ts';
import { plainLine, webAddress } from '../../text/foreign-text.ts';
import type { RunSpec, RunKind } from '../run.ts';
import type { GateRequest } from '../gates.ts';
import type { HeaderBlock } from './header-block.ts';
import type { Sections } from './sections.ts';

/** Which Argo CD is meant, and for whose project. */
export interface Names {
  readonly argocd: string;
  readonly azureProject: string;
}

type Faulty = { readonly faults: readonly Fault[] };

const longestRow = 512;
const longestName = 253;

/** Who asks of whom: what the first look at the rights needs. */
export function readNames(sections: Sections): Names {
  const name = (section: string) => plainLine((sections.get(section) ?? '').trim(), longestName);
  return { argocd: name('argocd'), azureProject: name('azureProject') };
}

/** Whether Azure Pipelines left the names as they were written: nobody is denied what nobody named. */
export function areUnexpanded(sections: Sections): boolean {
  return ['argocd', 'azureProject'].some(
    (name) => unexpandedIn(sections.get(name) ?? '').length > 0,
  );
}

/** The order of a sync or a check, or everything that is wrong with its inputs. */
export function readRunSpec(
  kind: RunKind,
  sections: Sections,
  { address, buildId }: Pick<HeaderBlock, 'address' | 'buildId'>,
  client: string,
  tokenLifetime: number,
): RunSpec | Faulty {
  const isCheck = kind === 'check';
  const source = isCheck ? waiting(sections, {}) : inputsOf(sections);
  const reading = readInputs(source, isCheck ? readOwnOfCheck : readOwn);
  const tooLong = faultsOfTimeout(sections, tokenLifetime);
  if ('faults' in reading) return { faults: [...reading.faults, ...tooLong] };
  if (tooLong.length > 0) return { faults: tooLong };
  const { argocd, azureProject, ...request } = reading;
  return {
    kind,
    address,
    client,
    azureProject,
    argocd,
    request,
    info: infoOf(sections),
    page: pageOf(sections) ?? '',
    buildId,
  };
}

/** The question of a gate, but for who may look. */
export function readGate(sections: Sections): (Omit<GateRequest, 'isAllowed'> & Names) | Faulty {
  // A gate does not wait, so nothing of it is measured against a timeout.
  const source = waiting(sections, { timeoutSeconds: String(7 * 24 * 3_600) });
  const reading = readInputs(source, (reader) => ({
    ...readOwn(reader),
    ...readRequirements(reader),
  }));
  if ('faults' in reading) return reading;
  const { argocd, azureProject, requireSynced, requireHealthy, project, subject, goal } = reading;
  const target = goal.action === 'wait' ? goal.target : undefined;
  return {
    argocd,
    azureProject,
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

/** Gates and checks start nothing: they are inputs of a wait. */
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

function readOwn(reader: InputReader): Names {
  return {
    argocd: readName(reader, 'argocd', 'Give the name of an Argo CD that the handler knows.'),
    azureProject: readName(reader, 'azureProject', 'Send `$(System.TeamProject)`.'),
  };
}

function readName(reader: InputReader, name: string, advice: string): string {
  const faults = reader.faults.length;
  const text = reader.text(name);
  if (reader.faults.length > faults) return '';
  if (text === '') reader.refuse(name, '', 'it is missing', advice);
  else if (plainLine(text, longestName) !== text) {
    reader.refuse(name, text, 'this is not a name', advice);
  }
  return text;
}

function readRequirements(reader: InputReader) {
  return {
    requireSynced: reader.boolean('requireSynced', true),
    requireHealthy: reader.boolean('requireHealthy', true),
  };
}

function readOwnOfCheck(reader: InputReader): Names {
  const names = readOwn(reader);
  if (!readRequirements(reader).requireSynced) {
    const problem = 'a check waits for a deployment, so applications must be synced';
    reader.refuse('requireSynced', 'false', problem, 'Leave it out, or use a gate.');
  }
  return names;
}

/** Once the job's token has ended, nobody can be told how the run went. */
function faultsOfTimeout(sections: Sections, tokenLifetime: number): readonly Fault[] {
  const seconds = (sections.get('timeoutSeconds') ?? '').trim();
  if (!(Number(seconds) * 1_000 > tokenLifetime)) return [];
  const longest = Math.floor(tokenLifetime / 1_000);
  const problem = `the job's token, without which nobody can be told the end, is taken to last ${printDuration(tokenLifetime)}`;
  const advice = `Write ${longest} at the most, or raise azureDevOps.tokenLifetime of the handler.`;
  return [{ input: 'timeoutSeconds', value: seconds, problem, advice }];
}

/** Rows that lead from the operation in Argo CD back to the run: who asked for it, and where. */
function infoOf(sections: Sections): readonly InfoRow[] {
  const text = (name: string) => plainLine(knownLine(sections, name), longestRow);
  const rows: readonly InfoRow[] = [
    { name: 'Pipeline', value: text('pipeline') },
    { name: 'Run', value: [text('runNumber'), pageOf(sections)].filter(Boolean).join(' ') },
    { name: 'Requested for', value: text('requestedFor') },
  ];
  return rows.filter(({ value }) => value !== '');
}

function pageOf(sections: Sections): string | undefined {
  return webAddress(knownLine(sections, 'runPage'));
}

/**
 * Releases and builds have different variables, of which the others stay as they were written: one
 * line for each, of which the first known counts.
 */
function knownLine(sections: Sections, name: string): string {
  const lines = (sections.get(name) ?? '').split(/[\n\r]/).map((line) => line.trim());
  return lines.find((line) => line !== '' && unexpandedIn(line).length === 0) ?? '';
}
