import type { Fault } from '../../inputs/fault.ts';
import { InputReader } from '../../inputs/input-reader.ts';
import { unexpandedIn } from '../../inputs/unexpanded.ts';
import { plainLine } from '../../text/foreign-text.ts';
import type { Sections } from './sections.ts';
import type { claimSections } from './sync-sections.ts';

/** Which Argo CD is meant, and for which Azure project: read once, for both the rights and the run. */
export interface RequestNames {
  /** Single bounded lines, even if invalid: a denial shows the names that were given. */
  readonly argocd: string;
  readonly azureProject: string;
  readonly faults: readonly Fault[];
  /** Azure Pipelines did not expand a name, so there is nothing to deny. */
  readonly areUnexpanded: boolean;
}

const longestName = 253;

/** Reads the two names of a request. What is wrong with them is reported with the faults of the inputs. */
export function readNames(sections: Sections): RequestNames {
  const reader = new InputReader({ input: (name) => sections.get(name) });
  const read = (name: (typeof claimSections)[number], advice: string) => {
    const given = sections.get(name) ?? '';
    refuseNoName(reader, name, advice);
    return {
      name: plainLine(given.trim(), longestName),
      isUnexpanded: unexpandedIn(given).length > 0,
    };
  };
  const argocd = read('argocd', 'Specify an Argo CD instance that the handler knows.');
  const azureProject = read('azureProject', 'Send `$(System.TeamProject)`.');
  return {
    argocd: argocd.name,
    azureProject: azureProject.name,
    faults: reader.faults,
    areUnexpanded: argocd.isUnexpanded || azureProject.isUnexpanded,
  };
}

function refuseNoName(reader: InputReader, name: string, advice: string): void {
  const faults = reader.faults.length;
  const text = reader.text(name);
  if (reader.faults.length > faults) return;
  if (text === '') reader.refuse(name, '', 'it is missing', advice);
  else if (plainLine(text, longestName) !== text) {
    reader.refuse(name, text, 'this is not a name', advice);
  }
}
