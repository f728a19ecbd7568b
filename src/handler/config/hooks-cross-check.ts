import type { Path, PathFault } from '../../settings/path-fault.ts';
import { valueAt } from '../../settings/schema-fault.ts';
import { nearest } from '../../text/nearest.ts';

/** Faults between the settings in `hooks`, and with other settings. Takes the file as read. */
export function crossCheckHooks(file: unknown): readonly PathFault[] {
  const callers = listAt(file, ['hooks', 'callers']);
  const names = namesIn(callers);
  const instances = namesIn(listAt(file, ['argocd']));
  return [
    ...repeatedNames(callers),
    ...listAt(file, ['hooks', 'grants']).flatMap((grant, at) => [
      ...unknownName(grant, [at, 'caller'], names, 'hooks.callers'),
      ...unknownName(grant, [at, 'argocd'], instances, 'argocd'),
      ...accountFaults(grant, at, callers),
    ]),
  ];
}

function repeatedNames(callers: readonly unknown[]): readonly PathFault[] {
  const seen = new Set<unknown>();
  return callers.flatMap((caller, at) => {
    const name = valueAt(caller, ['name']);
    if (typeof name !== 'string' || !seen.has(name)) {
      seen.add(name);
      return [];
    }
    const problem = 'another caller has this name';
    const advice = 'Change one of the two, or remove it.';
    return [{ path: ['hooks', 'callers', at, 'name'], problem, advice }];
  });
}

function unknownName(
  grant: unknown,
  [at, key]: readonly [number, string],
  names: readonly string[],
  list: string,
): readonly PathFault[] {
  const name = valueAt(grant, [key]);
  if (typeof name !== 'string' || names.includes(name)) return [];
  const meant = nearest(name, names);
  const advice = meant ? `Did you mean \`${meant}\`?` : `Use one of those in \`${list}\`.`;
  const problem = `\`${list}\` has no such name`;
  return [{ path: ['hooks', 'grants', at, key], problem, advice }];
}

/** A token names its account; a signature does not, so a grant for some accounts would be one for all. */
function accountFaults(
  grant: unknown,
  at: number,
  callers: readonly unknown[],
): readonly PathFault[] {
  const caller = callers.find((each) => valueAt(each, ['name']) === valueAt(grant, ['caller']));
  if (caller === undefined) return [];
  const isSigned = valueAt(caller, ['hmac']) !== undefined;
  return (['namespaces', 'serviceAccounts'] as const).flatMap((key) => {
    const isGiven = valueAt(grant, [key]) !== undefined;
    if (isGiven === !isSigned) return [];
    const path = ['hooks', 'grants', at, key];
    return isSigned
      ? [
          {
            path,
            problem:
              'its caller signs with a key, which proves neither namespace nor service account',
            advice: 'Remove it, or let the hooks authenticate with their tokens.',
          },
        ]
      : [
          {
            path,
            problem: 'it is missing',
            advice: 'List those of the hooks, with `*` and `?` if needed.',
          },
        ];
  });
}

function namesIn(list: readonly unknown[]): readonly string[] {
  return list.flatMap((each) => {
    const name = valueAt(each, ['name']);
    return typeof name === 'string' ? [name] : [];
  });
}

function listAt(file: unknown, path: Path): readonly unknown[] {
  const list = valueAt(file, path);
  return Array.isArray(list) ? list : [];
}
