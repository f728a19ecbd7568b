import { spawn } from 'node:child_process';
import { requireNode24 } from './node-24.ts';

/** Tests of one mocha run: everything below a folder, except a nested suite. */
export interface Suite {
  readonly name: string;
  readonly folder: string;
  /** The folder of the nested suite. */
  readonly without?: string;
  /** The handler runs only on Node 24; the others run on the current Node. */
  readonly needsNode24: boolean;
  /** Test files that run at a time for each core: more where tests wait for processes and time. */
  readonly filesPerCore: number;
  /** Options for mocha, in addition to `.mocharc.json`. */
  readonly options: readonly string[];
}

/** All tests; the innermost suite comes last. */
export const suites: readonly Suite[] = [
  {
    name: 'all but the handler',
    folder: 'test',
    without: 'test/handler',
    needsNode24: false,
    filesPerCore: 1,
    options: [],
  },
  {
    name: 'the handler',
    folder: 'test/handler',
    without: 'test/handler/process',
    needsNode24: true,
    filesPerCore: 1,
    options: ['--timeout', '600000'],
  },
  {
    name: 'the process of the handler',
    folder: 'test/handler/process',
    needsNode24: true,
    filesPerCore: 2,
    options: ['--timeout', '600000'],
  },
];

/** The suite of a test file; undefined for a file that is not below `test/`. */
export function suiteOf(file: string): Suite | undefined {
  return suites.findLast(({ folder }) => file.startsWith(`${folder}/`));
}

/** The Node for a suite. If it needs Node 24 and there is none, the script prints that and exits. */
export function nodeFor({ needsNode24 }: Suite): string {
  return needsNode24 ? requireNode24() : process.execPath;
}

/** Runs a program of `node_modules` on a Node, on this terminal. Resolves with its exit code. */
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
