import type { Parsed } from './fault.ts';

const most = 100;
const longest = 512;
/** The characters of an image reference: host, path, tag, digest. Argo CD validates it. */
const reference = /^[A-Za-z0-9][A-Za-z0-9._:@/+-]*$/;

/** Parses image references, separated by commas or line breaks. Duplicates count once. */
export function parseImageList(text: string): Parsed<readonly string[]> {
  const images = new Set(
    text
      .split(/[,\n\r]/)
      .map((image) => image.trim())
      .filter((image) => image !== ''),
  );
  const problems = [...images]
    .filter((image) => image.length > longest || !reference.test(image))
    .map((image) => ({
      text: image,
      problem: 'this is not an image reference',
      advice: 'Write one image per line, as in the pods, such as `registry/shop:1.4.2`.',
    }));
  if (images.size > most) {
    const problem = `at most ${most} images are allowed`;
    problems.push({ text: `${images.size} images`, problem, advice: 'Remove some.' });
  }
  return problems.length > 0 ? { problems } : { value: [...images] };
}
