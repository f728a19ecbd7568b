import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../bundle.ts';
import { agentDemo } from '../demo/agent/agent-demo.ts';
import { agentlessDemo } from '../demo/agentless/agentless-demo.ts';
import type { Demonstration } from '../demo/demonstration.ts';
import { Screen } from '../demo/screen.ts';
import { playStatus } from './status.ts';

/** A picture that ships. */
export interface Picture {
  readonly name: string;
  /** Path of the PNG in the project. */
  readonly file: string;
  /** Width of the page that it is drawn from, in pixels, and pixels of the picture per pixel of the page. */
  readonly width: number;
  readonly scale: number;
  /** Plays a run and returns the page. Throws if the run did not end as expected. */
  readonly page: () => Promise<string>;
}

/** The run that shows the most: everything is Synced and Healthy, and then a test fails. */
const telling = 'postsync-fails';

/** The pictures of the listing, in its order, and the icons. The programs that they show must have been built. */
export const pictures: readonly Picture[] = [
  ofListing('log', 970, async () => bare(await drawingOf(agentDemo, telling), '#fff')),
  ofListing('summary', 1100, async () => only('.summary', await failedRun())),
  ofListing('timeline', 700, async () => only('.timeline', await failedRun())),
  ofListing('status', 1240, async () => published(styled(await playStatus(), noAdvice))),
  ofListing('gate', 1000, async () => only('.log', await drawingOf(agentlessDemo, 'gate'))),
  ...readdirSync(join(root, 'images/tasks')).map(ofTask),
];

function ofListing(name: string, width: number, page: Picture['page']): Picture {
  return { name, file: `images/listing/${name}.png`, width, scale: 1.25, page };
}

/** The icon of a task, from the SVG with its name. Azure DevOps requires 32 pixels. */
function ofTask(svg: string): Picture {
  const name = basename(svg, '.svg');
  const page = () => Promise.resolve(bare(readFileSync(join(root, 'images/tasks', svg), 'utf8')));
  return { name, file: `tasks/${name}/V1/icon.png`, width: 32, scale: 1, page };
}

/** The handler's advice is about the demo, which cannot be reached from outside. */
const noAdvice = '.notice { display: none } header { margin-bottom: 16px }';

let failed: Promise<string> | undefined;

/** Two pictures show the same run. */
function failedRun(): Promise<string> {
  return (failed ??= drawingOf(agentlessDemo, telling));
}

/** The drawing of a part of the demo, played without output. */
async function drawingOf({ parts }: Demonstration, name: string): Promise<string> {
  const part = parts.find((each) => each.name === name);
  if (part === undefined) throw new Error(`The demo has no run ${name}.`);
  const screen = new Screen({ write: () => undefined, width: 100, colors: false });
  const { faults, draw } = await part.play(screen);
  if (faults.length > 0) throw new Error(`The run ${name} went otherwise: ${faults.join('; ')}`);
  return draw();
}

/** A page with only a drawing; the background shows where the drawing does not cover it. */
function bare(svg: string, background = 'transparent'): string {
  return `<!doctype html><html><head><meta charset="utf-8"><style>body { margin: 0; background: ${background} } svg { display: block; width: 100%; height: auto }</style></head><body>${svg}</body></html>`;
}

/** From the page of a run, the header and the section that contains a matching element. */
function only(selector: string, page: string): string {
  return published(
    styled(
      page,
      `section:not(:has(${selector})) { display: none }
       main { display: block !important }
       .log div.l { white-space: pre-wrap !important; overflow-wrap: anywhere }`,
    ),
  );
}

function styled(page: string, style: string): string {
  return page.replace('</head>', `<style>${style}</style></head>`);
}

/** Replaces the addresses and files of a demo, which vary, by those in the documents. */
function published(page: string): string {
  return page
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+(?=\/v1\/)/g, 'https://argocd-handler.example.com')
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'https://argocd.example.com')
    .replaceAll(/\/[^\s<]*\/handler\.db/g, '/var/lib/argocd-handler/handler.db');
}
