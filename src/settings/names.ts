import type { Setting } from './setting.ts';

/** Names of our own, which appear in logs, metrics and inputs. */
export const namePattern = '^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?$';

const star = '`*` matches any text without a `/`.';

/** Refuses what `namePattern` does not match. */
export const parseName = shaped(
  new RegExp(namePattern),
  'it is not a valid name',
  'Write up to 64 letters, digits, `-`, `_` and `.`.',
);

/** Refuses what is no DNS label (RFC 1123), as Kubernetes requires of a namespace. */
export const parseNamespace = shaped(
  /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/,
  'it is not the name of a namespace',
  'Write it as `kubectl get namespaces` prints it.',
);

/** Patterns of names that could be those of an AppProject of Argo CD. */
export const parseAppProject = shaped(
  /^[a-z0-9*?](?:[-.a-z0-9*?]{0,251}[a-z0-9*?])?$/,
  'this is not a valid AppProject name',
  `Write its name, in lower case; ${star}`,
);

/** Patterns of names that could be those of an application, with or without a namespace. */
export const parseApplication = shaped(
  /^(?:[-a-z0-9*?]{1,63}\/)?[a-z0-9*?](?:[-.a-z0-9*?]{0,251}[a-z0-9*?])?$/,
  'this is not a valid application name',
  `Write \`name\` or \`namespace/name\`, in lower case; ${star}`,
);

/** Patterns of names, or ids, that could be those of a project of Azure DevOps. */
export const parseAzureProject = shaped(
  /^[^\p{Cc}/]{1,64}$/u,
  'this is not a valid name of an Azure DevOps project',
  'Write its name or its id; `*` matches any text.',
);

function shaped(shape: RegExp, problem: string, advice: string): (text: string) => Setting<string> {
  return (text) => (shape.test(text) ? { value: text } : { problem, advice });
}
