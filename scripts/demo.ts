import { writeFileSync } from 'node:fs';
import { agentDemo } from './demo/agent/agent-demo.ts';
import { agentlessDemo } from './demo/agentless/agentless-demo.ts';
import type { Demonstration } from './demo/demonstration.ts';
import { hooksDemo } from './demo/hooks/hooks-demo.ts';
import { Screen } from './demo/screen.ts';
import { isAsExpected, verdictLines, type Played } from './demo/verdict.ts';
import { doAsked } from './do-asked.ts';
import { parseArguments } from './one-of-several.ts';

/** Longer lines are hard to read, however wide the terminal. */
const widest = 100;

const exitCodes = { success: 0, different: 1 } as const;

const named: ReadonlyMap<string | undefined, Demonstration> = new Map([
  ['agentless', agentlessDemo],
  ['hooks', hooksDemo],
]);

const words = process.argv.slice(2);
const demo = named.get(words[0]);
process.exitCode = await answer(demo ?? agentDemo, demo === undefined ? words : words.slice(1));

function answer(demo: Demonstration, words: readonly string[]): Promise<number> {
  const { usage, fileOption, parts } = demo;
  const several = { fileOption, names: parts.map(({ name }) => name), noun: 'run' };
  return doAsked(parseArguments(words, several), { name: 'demo', usage }, ({ only, file }) =>
    demonstrate(demo, only, file),
  );
}

async function demonstrate(demo: Demonstration, only?: string, file?: string): Promise<number> {
  const { stdout } = process;
  const screen = new Screen({
    write: (text) => stdout.write(text),
    width: Math.min(widest, stdout.columns ?? widest),
    colors: stdout.isTTY && !process.env.NO_COLOR,
  });
  await demo.build();
  for (const text of demo.opening) screen.text(text);
  const chosen = demo.parts.filter(({ name }) => only === undefined || name === only);
  const played: Played[] = [];
  for (const [index, part] of chosen.entries()) {
    screen.rule(`${index + 1} of ${chosen.length}: ${part.name}`, '═');
    screen.text(`Shown:    ${part.shows}`);
    screen.text(`Look for: ${part.lookFor}`);
    played.push(await part.play(screen));
  }
  screen.rule('Expected and real', '═');
  for (const each of verdictLines(played, screen.width)) screen.line(each);
  const drawn = played.find(({ name }) => name === (only ?? demo.drawn));
  if (file !== undefined && drawn !== undefined) {
    writeFileSync(file, drawn.draw());
    screen.text();
    screen.text(`The picture of ${drawn.name} is in ${file}.`);
  }
  if (demo.closing.length > 0) screen.text();
  for (const text of demo.closing) screen.text(text);
  return isAsExpected(played) ? exitCodes.success : exitCodes.different;
}
