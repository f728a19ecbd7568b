import type { Path, PathFault } from '../../settings/path-fault.ts';

/** What references are resolved against. */
export interface ReferenceSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file; throws if it cannot be read. */
  readonly readFile: (path: string) => string;
}

/** A configuration after its references are resolved. */
export interface Resolved {
  /** The same value with references replaced; a string with an invalid reference is left out. */
  readonly value: unknown;
  readonly faults: readonly PathFault[];
}

const reference = /\$\{([^}]*)(\}?)/g;
const longest = 65_536;

/**
 * Replaces `${env:NAME}` and `${file:/path}` in all strings of a value, as the whole string or parts of it.
 * The content is used as is, without trailing line breaks of files, and is not searched for references again.
 */
export function resolveReferences(value: unknown, source: ReferenceSource): Resolved {
  const faults: PathFault[] = [];
  const resolve = (part: unknown, path: Path): unknown => {
    if (typeof part === 'string') return resolveText(part, path, source, faults);
    if (Array.isArray(part)) return part.map((item, index) => resolve(item, [...path, index]));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, inner]) => [key, resolve(inner, [...path, key])]),
    );
  };
  return { value: resolve(value, []), faults };
}

/** Whether a string consists only of references, so that it contains no secret itself. */
export function isReference(text: string): boolean {
  return text.includes('${') && text.replace(reference, '').trim() === '';
}

function resolveText(
  text: string,
  path: Path,
  source: ReferenceSource,
  faults: PathFault[],
): string | undefined {
  const before = faults.length;
  const resolved = text.replace(reference, (_, inner: string, end: string) => {
    const found = end === '' ? unclosed : lookUp(inner, source);
    if ('text' in found) return found.text;
    faults.push({ path, ...found });
    return '';
  });
  return faults.length > before ? undefined : resolved;
}

type Found = { readonly text: string } | { readonly problem: string; readonly advice: string };

const advice = 'Write `${env:NAME}` or `${file:/path}`.';
const unclosed = { problem: 'it contains a `${` without a `}`', advice };

function lookUp(inner: string, { env, readFile }: ReferenceSource): Found {
  const [, kind, name = ''] = /^(env|file):(.+)$/.exec(inner) ?? [];
  if (kind === 'file') return lookIntoFile(name, readFile);
  if (kind !== 'env' || !/^[A-Za-z_]\w*$/.test(name)) {
    return { problem: `\`\${${inner.slice(0, 100)}}\` is not a reference`, advice };
  }
  const text = env[name];
  if (text !== undefined) return { text };
  return {
    problem: `the environment variable ${name} is not set`,
    advice: "Set it in the handler's environment, or check the spelling of its name.",
  };
}

function lookIntoFile(path: string, readFile: ReferenceSource['readFile']): Found {
  const kept = "Check its path, and that the handler's user may read it.";
  try {
    const text = readFile(path);
    if (text.length <= longest) return { text: text.replace(/(?:\r?\n)+$/, '') };
    const problem = `the file ${path} has more than ${longest} characters`;
    return { problem, advice: 'Check its path: no key, token or certificate is that long.' };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return { problem: `the file ${path} cannot be read${code}`, advice: kept };
  }
}
