import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readWords } from '../src/inputs/command-words.ts';
import { bundle, bundleTasks, handlerBundle, root } from './bundle.ts';
import { doAsked, exitCodes, refuse } from './do-asked.ts';
import { findChromium, shoot } from './pictures/chromium.ts';
import { pictures } from './pictures/pictures.ts';
import { withPalette } from './pictures/png.ts';

const program = {
  name: 'pictures',
  usage: `Draws the pictures of the Marketplace listing from runs of the demo, and the icons of the tasks.

  npm run pictures
  npm run pictures -- --only NAME         one of them: log, summary, timeline, status, gate, or a task
  npm run pictures -- --chromium FILE     a Chromium that is not in the PATH

It exits with 0, or 2 for invalid arguments or without a Chromium.`,
};
const options = { only: { type: 'string' }, chromium: { type: 'string' } } as const;

const asked = readWords(process.argv.slice(2), options);
process.exitCode = await doAsked(asked, program, async ({ values }) => {
  const { only, chromium = findChromium(process.env.PATH ?? '') } = values;
  if (chromium === undefined) {
    return refuse(
      ['No Chromium in the PATH: install one, or name it with --chromium FILE.'],
      program,
    );
  }
  const chosen = pictures.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) {
    const all = pictures.map(({ name }) => name).join(', ');
    return refuse([`Unknown picture "${only}". Choose one of: ${all}.`], program);
  }
  await Promise.all([bundleTasks(), bundle(handlerBundle)]);
  for (const { file, width, scale, page } of chosen) {
    const path = join(root, file);
    mkdirSync(dirname(path), { recursive: true });
    await shoot({ chromium, html: await page(), width, scale, file: path });
    writeFileSync(path, withPalette(readFileSync(path)));
    console.log(`${file}  ${Math.ceil(statSync(path).size / 1024)} KB`);
  }
  return exitCodes.success;
});
