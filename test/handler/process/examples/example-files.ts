import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { root } from '../../../../scripts/bundle.ts';
import type { Application, ApplicationSpec } from '../../../../simulators/argo-cd/application.ts';
import type { ArgoCDSimulator } from '../../../../simulators/argo-cd/simulator.ts';
import type { SyncWindow } from '../../../../simulators/argo-cd/windows.ts';

/** The files of one example in `examples/gitops`, by purpose. */
export class ExampleFiles {
  readonly #folder: string;

  constructor(name: string) {
    this.#folder = join(root, 'examples/gitops', name);
  }

  text(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8');
  }

  /** The handler's configuration, unchanged. */
  get handler(): Readonly<Record<string, unknown>> {
    return load(this.text('handler.yaml')) as Readonly<Record<string, unknown>>;
  }

  /** The content of the configuration repository, by file name. */
  manifests(): Readonly<Record<string, string>> {
    const names = readdirSync(join(this.#folder, 'manifests'));
    return Object.fromEntries(names.map((name) => [name, this.text(`manifests/${name}`)]));
  }

  /** Applies the Applications and AppProjects of a file, like `kubectl apply`. */
  apply(argocd: ArgoCDSimulator, file = 'application.yaml'): void {
    for (const { kind, metadata, spec } of loadAll(this.text(file)) as readonly Declared[]) {
      if (kind === 'AppProject') {
        argocd.setSyncWindows(spec.syncWindows ?? [], metadata.name);
        continue;
      }
      if (kind !== 'Application') throw new Error(`${file}: ${kind} is not applied here.`);
      argocd.createApplication(metadata.name, { spec, metadata });
    }
  }
}

interface Declared {
  readonly kind: string;
  readonly metadata: Partial<Application['metadata']> & { readonly name: string };
  readonly spec: ApplicationSpec & { readonly syncWindows?: readonly SyncWindow[] };
}
