import { spawn } from 'node:child_process';
import { requireNode24 } from './node-24.ts';

/** Tests that one run of mocha takes: all below a folder, but those of a suite further inside. */
export interface Suite {
  readonly name: string;
  readonly folder: string;
  /** The folder of the suite further inside. */
  readonly without?: string;
  /** The handler runs on Node 24 only; the others run on the Node that runs this. */
  readonly needsNode24: boolean;
  /** Its files may run beside each other: each has processes and ports of its own. */
  readonly isParallel?: true;
  /** What mocha is told besides `.mocharc.json`. */
  readonly options: readonly string[];
}

/** All tests; the innermost suite comes last. */
export const suites: readonly Suite[] = [
  {
    name: 'all but the handler',
    folder: 'test',
    without: 'test/handler',
    needsNode24: false,
    options: [],
  },
  {
    name: 'the handler',
    folder: 'test/handler',
    without: 'test/handler/process',
    needsNode24: true,
    options: ['--timeout', '600000'],
  },
  {
    name: 'the process of the handler',
    folder: 'test/handler/process',
    needsNode24: true,
    isParallel: true,
    options: ['--timeout', '600000'],
  },
];

/** The suite that a test file belongs to; undefined for a file that is not below `test/`. */
export function suiteOf(file: string): Suite | undefined {
  return suites.findLast(({ folder }) => file.startsWith(`${folder}/`));
}

/** The Node for a suite; where it needs Node 24 and there is none, the script ends and says so. */
export function nodeFor({ needsNode24 }: Suite): string {
  return needsNode24 ? requireNode24() : process.execPath;
}

/** Runs a program of `node_modules` on a Node, with this terminal. Resolves to its exit code. */
export function runOn(node: string, words: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(node, [...words], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => child.kill(signal));
    }
    child.on('close', (code) => {
      resolve(code ?? 1);
    });
  });
}
