import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageRequest } from './package-request.ts';
import { stampTask } from './stamp.ts';
import { taskFiles } from './stamped-files.ts';

/** How a package may differ from the project. */
export type Adaptation = Partial<Omit<PackageRequest, 'kind'>>;

interface Manifest {
  readonly contributions: readonly Contribution[];
  readonly galleryFlags?: readonly string[];
}

interface Contribution {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>> & { readonly name: string };
}

const connectionType = 'ms.vss-endpoint.service-endpoint-type';

/**
 * Adapts the staged copy of the extension in a folder to what was requested. A copy under another ID gets its
 * own service connection types, since their names are unique in the whole Marketplace; its tasks use those.
 */
export function adaptStaged(folder: string, adaptation: Adaptation): void {
  const { publisher, version, extensionId, isPreview = false, isPublic = false } = adaptation;
  const types = new Map<string, string>();
  edit(join(folder, 'vss-extension.json'), (text) => {
    const manifest = JSON.parse(text) as Manifest;
    const flags = [...(manifest.galleryFlags ?? []), ...(isPreview ? ['Preview'] : [])];
    return JSON.stringify({
      ...manifest,
      ...(publisher !== undefined && { publisher }),
      ...(version !== undefined && { version }),
      ...(extensionId !== undefined && {
        id: extensionId,
        contributions: manifest.contributions.map((each) => renameType(each, extensionId, types)),
      }),
      galleryFlags: [...new Set(flags)],
      public: isPublic,
    });
  });
  for (const file of taskFiles(folder)) {
    edit(join(folder, file), (text) => {
      const stamped = version === undefined ? text : stampTask(text, { version });
      return [...types].reduce(
        (told, [from, to]) =>
          told.replaceAll(`"connectedService:${from}"`, `"connectedService:${to}"`),
        stamped,
      );
    });
  }
}

/** Records in `types` what it has renamed. */
function renameType(
  contribution: Contribution,
  extensionId: string,
  types: Map<string, string>,
): Contribution {
  const { id, type, properties } = contribution;
  if (type !== connectionType) return contribution;
  const name = `${extensionId}-${id}`;
  types.set(properties.name, name);
  return { ...contribution, properties: { ...properties, name } };
}

function edit(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}
