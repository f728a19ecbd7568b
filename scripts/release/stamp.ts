import type { Identity } from './identity.ts';
import { taskVersionOf } from './task-version.ts';

/* Texts keep their layout, so values are replaced in place. */

/** `vss-extension.json` with this version. Throws if it has none. */
export function stampManifest(text: string, { version }: Pick<Identity, 'version'>): string {
  return replaceOnce(text, /^( *"version": *)"[^"]*"/m, `$1"${version}"`, 'vss-extension.json');
}

/** A `task.json` with the version that its major has in this extension. Throws if it has none. */
export function stampTask(text: string, { version }: Pick<Identity, 'version'>): string {
  const { Major } = (JSON.parse(text) as { readonly version: { readonly Major: number } }).version;
  const { Minor, Patch } = taskVersionOf(version, Major);
  const stamped = `"version": { "Major": ${Major}, "Minor": ${Minor}, "Patch": ${Patch} }`;
  return replaceOnce(text, /"version": *\{[^}]*\}/, stamped, 'task.json');
}

/**
 * A document or manifest that names the handler's image, or shows the handler's output, with this version.
 */
export function stampImage(text: string, { version }: Pick<Identity, 'version'>): string {
  return text.replace(
    /(?<=argocd-handler:|newTag: |^version: |^appVersion: |"version": ")\d+\.\d+\.\d+/gm,
    version,
  );
}

/** A text with its links into one repository redirected to another. */
export function stampLinks(text: string, from: string, to: string): string {
  return text.replaceAll(from, () => to);
}

function replaceOnce(text: string, what: RegExp, by: string, file: string): string {
  if (!what.test(text)) throw new Error(`${file} has no version.`);
  return text.replace(what, by);
}
