import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The environment variable with the Windows build of Node that all tasks of the simulated agent then run on,
 * with Wine.
 */
export const windowsNodeVariable = 'WINDOWS_NODE';

/** What Wine itself needs from this machine; a Windows agent would not pass it to tasks. */
const wineVariables = ['PATH', 'HOME', 'WINEPREFIX', 'WINEDEBUG'] as const;

/** Whether a Node is the Windows build, on a machine that is not Windows. */
export function needsWine(node: string): boolean {
  return process.platform !== 'win32' && node.endsWith('.exe');
}

/**
 * The program that runs Windows programs: `WINELOADER`, if set, since `wine` on the path may be a shell
 * script that drops variables with names like those of service connections.
 */
export function wine(): string {
  return process.env['WINELOADER'] ?? 'wine';
}

/** The environment of a script on Wine: its own, and what Wine needs. */
export function wineEnvironment(
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const own = wineVariables.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  // Wine reports an older Windows than Node supports.
  return { ...Object.fromEntries(own), NODE_SKIP_PLATFORM_CHECK: '1', ...environment };
}

/** A path of this machine as seen by a script: on Wine, the root is the drive `Z:`. */
export function pathFor(node: string, path: string): string {
  return needsWine(node) ? `Z:${path.replaceAll('/', '\\')}` : path;
}

/** The path on this machine of a file that a script named. */
export function pathFrom(path: string): string {
  return /^[Zz]:\\/.test(path) && process.platform !== 'win32'
    ? path.slice(2).replaceAll('\\', '/')
    : path;
}

/** How often the file is read, in milliseconds. */
const readEvery = 20;

/**
 * A file that receives a process's output and is read as it grows, since Node's Windows build exits
 * immediately when Wine gives it pipes.
 */
export class OutputFile {
  readonly #folder = mkdtempSync(join(tmpdir(), 'wine-output-'));
  readonly #path = join(this.#folder, 'output');
  readonly #tell: (bytes: Buffer) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #reading: number;
  /** For the process to write to. */
  readonly descriptor: number;

  constructor(tell: (bytes: Buffer) => void) {
    this.#tell = tell;
    this.descriptor = openSync(this.#path, 'a');
    this.#reading = openSync(this.#path, 'r');
    this.#timer = setInterval(() => this.#read(), readEvery);
  }

  /** Passes on what is left, and removes the file. */
  end(): void {
    clearInterval(this.#timer);
    this.#read();
    closeSync(this.#reading);
    closeSync(this.descriptor);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #read(): void {
    const bytes = Buffer.alloc(64 * 1_024);
    for (;;) {
      const length = readSync(this.#reading, bytes, 0, bytes.length, null);
      if (length === 0) return;
      this.#tell(Buffer.from(bytes.subarray(0, length)));
    }
  }
}
