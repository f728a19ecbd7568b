import { logLine } from '../../../text/foreign-text.ts';
import { StoreError } from '../store.ts';

/** Why nothing can be stored, and whether that may be temporary. */
export interface SqliteFault {
  readonly error: StoreError;
  /** Permanent: nothing more is written to the file, since a damaged one would only get worse. */
  readonly isLasting: boolean;
}

interface Reason {
  readonly problem: string;
  readonly advice: string;
  readonly isLasting?: boolean;
}

const restore =
  'It was not changed. Stop the handler and restore a backup, or move the file away ' +
  'together with those next to it (-wal): the handler then starts empty, and forgets its runs.';

const damaged: Reason = { problem: 'it is corrupted', advice: restore, isLasting: true };

/** SQLite's primary result codes about the file, rather than the statement (sqlite.org/rescode.html). */
const reasons: Readonly<Record<number, Reason>> = {
  5: {
    problem: 'another process uses this file, perhaps a second handler',
    advice: 'Stop the other one, or give this handler its own file: only one may use a store.',
  },
  7: { problem: 'it is out of memory', advice: 'Give the handler more memory.' },
  8: {
    problem: 'it cannot be written to',
    advice: "Let the handler's user write to the file and to its folder.",
  },
  10: {
    problem: 'the disk failed to read or write it',
    advice: 'Check the volume: it may be full, detached or faulty.',
  },
  11: damaged,
  13: { problem: 'the disk is full', advice: 'Free some space, or enlarge the volume.' },
  14: {
    problem: 'it cannot be opened',
    advice: "It must be a file, in a folder that the handler's user may write to.",
  },
  26: { problem: 'it is not a SQLite database', advice: restore, isLasting: true },
};

/** The lowest byte of SQLite's result code is the kind of error; the rest is details. */
const kindOf = (code: number) => code & 0xff;

/**
 * What keeps `node:sqlite` from storing into the file at `path`. Undefined for other errors: those of a
 * statement, such as a violated constraint, or bugs.
 */
export function sqliteFault(error: unknown, path: string): SqliteFault | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && error.code === 'ERR_INVALID_STATE') {
    return { error: new StoreError(`The store ${path} is closed.`), isLasting: true };
  }
  if (!('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  const reason = reasons[kindOf(error.errcode)];
  return reason && faultFor(path, reason, `${error.message}, code ${error.errcode}`, error);
}

/** A file whose structure is damaged. `finding`: SQLite's own text, of any length. */
export function damage(path: string, finding: string): StoreError {
  return faultFor(path, damaged, logLine(finding.replaceAll('\n', ' '), 200), undefined).error;
}

function faultFor(path: string, reason: Reason, details: string, cause: unknown): SqliteFault {
  const { problem, advice, isLasting = false } = reason;
  const message = `The store ${path}: ${problem} (${details}). ${advice}`;
  return { error: new StoreError(message, { cause }), isLasting };
}
