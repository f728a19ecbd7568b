/**
 * Kubernetes names a pod after what creates it: the name and a hyphen, cut to 58 characters, and five more of
 * these (`SimpleNameGenerator`).
 */
const suffix = /[bcdfghjklmnpqrstvwxz2456789]{5}$/;
const suffixLength = 5;
const longestBase = 58;

/**
 * Whether a pod's name is one that Kubernetes gives to a pod of this hook: the hook itself, or a pod of a Job.
 * The pods of an Indexed Job have another form, which could be that of a Job with another name.
 */
export function isNamedAfter(hook: string, pod: string): boolean {
  if (pod === hook) return true;
  const base = `${hook}-`.slice(0, longestBase);
  return pod.length === base.length + suffixLength && pod.startsWith(base) && suffix.test(pod);
}

/**
 * The name of the hook that a pod is named after, where no list of hooks tells: the same for each pod of a
 * Job. Of a name that Kubernetes has cut, the part that is left.
 */
export function hookNameOf(pod: string): string {
  if (pod.length <= suffixLength || !suffix.test(pod)) return pod;
  const base = pod.slice(0, -suffixLength).replace(/-$/, '');
  return base === '' ? pod : base;
}
