import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { systemClock } from '../src/async/clock.ts';
import { Secret } from '../src/secret.ts';
import { doAsked, refuse } from './do-asked.ts';
import { parseArguments, usage, type RecordArguments } from './record/arguments.ts';
import { Recorder } from './record/recorder.ts';
import { Recording, type RecordedFact } from './record/recording.ts';
import { redact } from './record/redaction.ts';

const exitCodes = { success: 0, failure: 1 } as const;

const program = { name: 'record', usage };

process.exitCode = await doAsked(parseArguments(process.argv.slice(2)), program, (asked) =>
  run(asked.arguments),
);

async function run(asked: RecordArguments): Promise<number> {
  const { name, server, tokenVariable, caFile, application, replacements, files } = asked;
  const file = join(asked.folder, `${name}.jsonl`);
  const token = process.env[tokenVariable] ?? '';
  const messages = [
    ...(token === '' ? [`The environment variable ${tokenVariable} has no token.`] : []),
    ...(existsSync(file) && !asked.overwrite
      ? [`${file} already exists. Choose another name, or add --overwrite.`]
      : []),
    ...[caFile, files]
      .filter((path) => path !== undefined && !existsSync(path))
      .map((path) => `${path ?? ''} does not exist.`),
  ];
  if (messages.length > 0) return refuse(messages, program);
  const recording = new Recording(systemClock);
  if (files !== undefined) recording.add(commitOf(files));
  const recorder = new Recorder(
    {
      ...asked,
      token: new Secret(token),
      ca: caFile === undefined ? undefined : readFileSync(caFile, 'utf8'),
      clock: systemClock,
      marker: randomUUID(),
    },
    recording,
  );
  let code: number = exitCodes.success;
  try {
    await recorder.run(asked.steps, (step) => {
      console.log(step.name);
    });
  } catch (error) {
    console.error(causeOf(error));
    code = exitCodes.failure;
  }
  const { lines, suspects } = redact(recording.lines, {
    ...{ server, token, replacements, application: [application.name, name] },
  });
  mkdirSync(asked.folder, { recursive: true });
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  console.log(`Wrote ${lines.length} lines to ${file}.`);
  if (suspects.length > 0) {
    console.log(
      'These look like hosts and were not replaced. Is one of them yours? Add --replace REAL=SAFE:',
    );
    console.log(suspects.map((host) => `  ${host}`).join('\n'));
  }
  return code;
}

/** The files of an application as a commit, so that a replay can commit them too. */
function commitOf(folder: string): RecordedFact {
  const revision = execFileSync('git', ['-C', folder, 'rev-parse', 'HEAD'], { encoding: 'utf8' });
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile());
  const files = Object.fromEntries(
    paths.map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  );
  return { kind: 'git', folder: basename(resolve(folder)), revision: revision.trim(), files };
}

/** The message of fetch says only that it failed; its cause says why. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
