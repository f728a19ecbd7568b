import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** Names of the programs of that family. */
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The first Chromium in the folders of a `PATH`; undefined if there is none. */
export function findChromium(path: string): string | undefined {
  return path
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
}

export interface Shot {
  /** Path of the program. */
  readonly chromium: string;
  /** A whole page that loads nothing else. */
  readonly html: string;
  /** Width of the page in pixels; its height is that of the content. */
  readonly width: number;
  /** Pixels of the picture per pixel of the page. */
  readonly scale: number;
  /** Path of the PNG. */
  readonly file: string;
}

/** Draws a page in its full height. Throws with Chromium's output if that fails. */
export async function shoot({ chromium, html, width, scale, file }: Shot): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
  try {
    const page = join(folder, 'page.html');
    // A window has a minimum width of a few hundred pixels, so the page is told its width.
    const fixed = html.replace('</head>', `<style>html { width: ${width}px }</style></head>`);
    writeFileSync(page, fixed.replace('</body>', `${measure}</body>`));
    const run = (height: number, words: readonly string[]) =>
      promisify(execFile)(
        chromium,
        [
          ...['--headless', '--disable-gpu', '--hide-scrollbars', '--no-first-run'],
          '--default-background-color=00000000',
          // Root, as in containers, has no sandbox; the pages are our own and load nothing.
          ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
          ...[`--user-data-dir=${join(folder, 'profile')}`, `--force-device-scale-factor=${scale}`],
          ...[`--window-size=${width},${height}`, ...words, pathToFileURL(page).href],
        ],
        { timeout: longest, killSignal: 'SIGKILL' },
      );
    const { stdout } = await run(anyHeight, ['--dump-dom']);
    const height = Number(/data-height="(\d+)"/.exec(stdout)?.[1]);
    if (!(height > 0)) throw new Error(`${chromium} did not say how high the page is.`);
    await run(height, [`--screenshot=${file}`]);
    if (!existsSync(file)) throw new Error(`${chromium} drew nothing.`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Time limit for one page, in milliseconds; a Chromium that hangs is killed. */
const longest = 60_000;

/** Height of the window in which a page is measured; without a height, nothing is laid out. */
const anyHeight = 600;

/** Writes its height into the page. */
const measure =
  '<script>document.documentElement.dataset.height = Math.ceil(document.body.getBoundingClientRect().height)</script>';
