import assert from 'node:assert/strict';
import { stylesheet } from '../../../../src/handler/http/pages/stylesheet.ts';

/** WCAG 2.2, success criterion 1.4.3. */
const least = 4.5;

/** The colors of a scheme: custom properties by name. */
function colorsOf(scheme: 'light' | 'dark'): Readonly<Record<string, string>> {
  const [light = '', dark = ''] = stylesheet.split('@media (prefers-color-scheme: dark)');
  const read = (text: string) =>
    Object.fromEntries(
      [...text.matchAll(/--([\w-]+): (#[\da-f]{6})/g)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    );
  return scheme === 'light' ? read(light) : { ...read(light), ...read(dark) };
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe('The colors of the pages', () => {
  const pairs = [
    ...['good', 'bad', 'warn', 'busy'].map((tone) => [tone, `${tone}-soft`] as const),
    ...(['text', 'dim', 'link'] as const).flatMap((color) =>
      ['page', 'panel'].map((ground) => [color, ground] as const),
    ),
    ['dim', 'idle-soft'],
    ['page', 'text'],
    ['text', 'track'],
  ] as const;
  for (const scheme of ['light', 'dark'] as const) {
    for (const [color, ground] of pairs) {
      it(`have enough contrast: ${color} on ${ground}, ${scheme}`, () => {
        const colors = colorsOf(scheme);
        const found = contrast(colors[color] ?? '', colors[ground] ?? '');
        assert.ok(found >= least, `${found.toFixed(2)} is below ${least}`);
      });
    }
  }
});
