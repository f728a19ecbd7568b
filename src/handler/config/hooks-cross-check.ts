import type { Path, PathFault } from '../../settings/path-fault.ts';
import { valueAt } from '../../settings/schema-fault.ts';
import { nearest } from '../../text/nearest.ts';

/** What is wrong between the settings in `hooks`, and with those beside it. Takes the file as it was read. */
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
  const problem = `there is no such name in \`${list}\``;
  return [{ path: ['hooks', 'grants', at, key], problem, advice }];
}

/** A token says whose it is; a signature does not, and a grant for some accounts would be for all. */
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
            problem: 'its caller signs by a key, which proves no namespace and no service account',
            advice: 'Remove it, or let the hooks prove themselves by their tokens.',
          },
        ]
      : [
          {
            path,
            problem: 'it is missing',
            advice: 'Name those of the hooks, with `*` and `?` if need be.',
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
