import type { Application } from './application.ts';
import type { SyncWindow } from './windows.ts';
import { assignedWindows, canSync, windowFault } from './windows.ts';

/** The AppProjects, of which the simulator knows only name and sync windows. */
export class Projects {
  readonly #windows = new Map<string, readonly SyncWindow[]>([['default', []]]);

  names(): readonly string[] {
    return [...this.#windows.keys()].sort();
  }

  has(name: string): boolean {
    return this.#windows.has(name);
  }

  /** Creates the project if it does not exist. */
  setWindows(name: string, windows: readonly SyncWindow[]): void {
    this.#windows.set(name, windows);
  }

  windows(name: string): readonly SyncWindow[] {
    return this.#windows.get(name) ?? [];
  }

  windowsOf({ metadata, spec }: Application): readonly SyncWindow[] {
    const windows = this.windows(spec.project);
    return assignedWindows(windows, metadata.name, spec.destination.namespace ?? '');
  }

  /** Why it is unknown whether the windows are open; Argo CD then allows nothing. */
  windowFault(application: Application): string | undefined {
    return windowFault(this.windowsOf(application));
  }

  allowsSync(application: Application, now: number, manual: boolean): boolean {
    return canSync(this.windowsOf(application), now, manual);
  }
}
