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

/** Refuses what is not a DNS label (RFC 1123), which Kubernetes requires for a namespace. */
export const parseNamespace = shaped(
  /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/,
  'it is not a valid namespace name',
  'Write it as `kubectl get namespaces` prints it.',
);

/** Parses patterns for names of AppProjects. */
export const parseAppProject = shaped(
  /^[a-z0-9*?](?:[-.a-z0-9*?]{0,251}[a-z0-9*?])?$/,
  'this is not a valid AppProject name',
  `Write its name in lowercase; ${star}`,
);

/** Parses patterns for names of applications, with or without a namespace. */
export const parseApplication = shaped(
  /^(?:[-a-z0-9*?]{1,63}\/)?[a-z0-9*?](?:[-.a-z0-9*?]{0,251}[a-z0-9*?])?$/,
  'this is not a valid application name',
  `Write \`name\` or \`namespace/name\` in lowercase; ${star}`,
);

/** Parses patterns for names or ids of Azure DevOps projects. */
export const parseAzureProject = shaped(
  /^[^\p{Cc}/]{1,64}$/u,
  'this is not a valid Azure DevOps project name',
  'Write its name or id; `*` matches any text.',
);

function shaped(shape: RegExp, problem: string, advice: string): (text: string) => Setting<string> {
  return (text) => (shape.test(text) ? { value: text } : { problem, advice });
}
