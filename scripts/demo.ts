import { writeFileSync } from 'node:fs';
import { bundleAll } from './bundle.ts';
import { usage } from './demo/usage.ts';
import { parseArguments } from './one-of-several.ts';
import { drawRun } from './demo/picture.ts';
import { playPipeline } from './demo/pipeline.ts';
import { scenarios } from './demo/scenarios.ts';
import { Screen } from './demo/screen.ts';
import { isAsExpected, verdictLines, type Played } from './demo/verdict.ts';

/** Beyond this a line is hard to read, however wide the terminal. */
const widest = 100;
const pictured = 'postsync-fails';

const exitCodes = { success: 0, different: 1, usage: 2 } as const;

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const names = scenarios.map(({ name }) => name);
  const asked = parseArguments(words, { names, noun: 'run', fileOption: 'svg' });
  switch (asked.kind) {
    case 'help':
      console.log(usage);
      return exitCodes.success;
    case 'fault':
      console.error(`${asked.message}\n\n${usage}`);
      return exitCodes.usage;
    case 'run':
      return demonstrate(asked.only, asked.file);
  }
}

async function demonstrate(only?: string, svgFile?: string): Promise<number> {
  const { stdout } = process;
  const screen = new Screen({
    write: (text) => stdout.write(text),
    width: Math.min(widest, stdout.columns ?? widest),
    colours: stdout.isTTY && !process.env.NO_COLOR,
  });
  await bundleAll();
  screen.text(
    'The built ArgoCDSync@1, run as an agent of Azure Pipelines runs it, against a simulated',
  );
  screen.text('Argo CD whose clock goes twice as fast.');
  const chosen = scenarios.filter(({ name }) => only === undefined || name === only);
  const played: Played[] = [];
  for (const [index, scenario] of chosen.entries()) {
    screen.rule(`${index + 1} of ${chosen.length}: ${scenario.name}`, '═');
    screen.text(`Shown:    ${scenario.shows}`);
    screen.text(`Look for: ${scenario.lookFor}`);
    played.push({ scenario, run: await playPipeline(scenario, screen) });
  }
  screen.rule('Expected and real', '═');
  for (const each of verdictLines(played, screen.width)) screen.line(each);
  if (svgFile !== undefined) savePicture(svgFile, played, only ?? pictured);
  return isAsExpected(played) ? exitCodes.success : exitCodes.different;
}

function savePicture(file: string, played: readonly Played[], name: string): void {
  const run = played.find(({ scenario }) => scenario.name === name)?.run;
  if (run === undefined) return;
  writeFileSync(file, drawRun(run));
  console.log(`\nThe picture of ${name} is in ${file}.`);
}
