import type { PositionedRevision } from '../sync/model/goal.ts';
import type { Parsed, Problem } from './fault.ts';
import { revisionProblem } from './revision-text.ts';

const mostSources = 100;

/** Parses lines of `position=revision`; positions count from 1, as in the application's `sources`. */
export function parsePositionedRevisions(text: string): Parsed<readonly PositionedRevision[]> {
  const problems: Problem[] = [];
  const revisions = new Map<number, string>();
  for (const line of text.split(/[\n\r]/).map((each) => each.trim())) {
    if (line === '') continue;
    const [, digits, rest] = /^(-?\d{1,9})[ \t]*=(.*)$/u.exec(line) ?? [];
    if (digits === undefined || rest === undefined) {
      problems.push(badLine(line, 'this is not `position=revision`'));
      continue;
    }
    const position = Number(digits);
    const revision = rest.trim();
    const wrong = revisionProblem(revision);
    if (position < 1 || position > mostSources) {
      problems.push(badLine(line, `the position is not between 1 and ${mostSources}`));
    } else if (revisions.has(position)) {
      problems.push(badLine(line, `position ${position} is given twice`));
    } else if (wrong) {
      problems.push({ ...wrong, text: line });
    } else {
      revisions.set(position, revision);
    }
  }
  if (problems.length > 0) return { problems };
  return { value: [...revisions].map(([position, revision]) => ({ position, revision })) };
}

function badLine(text: string, problem: string): Problem {
  return {
    text,
    problem,
    advice: 'Write one line per source, such as `1=main`; the first source has position 1.',
  };
}
