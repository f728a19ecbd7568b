import type { Fault } from '../../inputs/fault.ts';
import { InputReader } from '../../inputs/input-reader.ts';
import { unexpandedIn } from '../../inputs/unexpanded.ts';
import { plainLine } from '../../text/foreign-text.ts';
import type { Sections } from './sections.ts';
import type { claimSections } from './sync-sections.ts';

/** Which Argo CD is meant, and for whose Azure project: read once, for the rights and for the run. */
export interface RequestNames {
  /** Bounded lines, also where they are wrong: whoever is denied is told the names that were given. */
  readonly argocd: string;
  readonly azureProject: string;
  readonly faults: readonly Fault[];
  /** Azure Pipelines left one as it was written: nobody is denied what nobody named. */
  readonly areUnexpanded: boolean;
}

const longestName = 253;

/** Reads the two names of a request; what is wrong with them is told with the faults of its inputs. */
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
