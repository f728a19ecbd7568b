/**
 * A version as Argo CD and Helm read it (Masterminds/semver): `v` in front, and parts may be absent.
 * Parts are exact, however long: a time with milliseconds has 17 digits, more than a number holds.
 */
export interface ChartVersion {
  readonly parts: Parts;
  /** All three parts are written. */
  readonly isFull: boolean;
  readonly prerelease: readonly string[];
  readonly build: string;
}

type Parts = readonly [bigint, bigint, bigint];

const version =
  /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([\da-z-]+(?:\.[\da-z-]+)*))?(?:\+([\da-z-]+(?:\.[\da-z-]+)*))?$/i;
const comparator =
  /^(=|!=|>|<|>=|=>|<=|=<|~|~>|\^)?\s*v?(\d+|[x*])(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?(?:-([\da-z-]+(?:\.[\da-z-]+)*))?(?:\+[\da-z.-]+)?$/i;
/** Characters that only a range contains; neither a version nor an OCI tag does. */
const rangeSign = /[<>=~^*|,\s]/;
const hyphenRange = /(\S+)\s+-\s+(\S+)/g;

/** One condition of a range. `known`: how many parts are written; the others may have any value. */
interface Comparator {
  readonly operator: string;
  readonly parts: Parts;
  readonly known: number;
  readonly prerelease: readonly string[];
}

/**
 * Reads a version as Argo CD and Helm do, with minor and patch optional; undefined for anything
 * else.
 */
export function parseChartVersion(text: string): ChartVersion | undefined {
  const found = version.exec(text);
  if (found === null) return undefined;
  const [, major, minor, patch, prerelease, build = ''] = found;
  return {
    parts: [BigInt(major ?? 0), BigInt(minor ?? 0), BigInt(patch ?? 0)],
    isFull: patch !== undefined,
    prerelease: prerelease?.split('.') ?? [],
    build,
  };
}

/** Whether a text is a range of versions (`1.x`, `~1.2`, `>=1 <3`), and not a single one. */
export function isVersionRange(text: string): boolean {
  if (parseChartVersion(text) !== undefined) return false;
  return rangeSign.test(text) || parseRange(text) !== undefined;
}

/** Whether a version is in a range. Undefined: the syntax of the range is not known here. */
export function isInRange(range: string, candidate: ChartVersion): boolean | undefined {
  const alternatives = parseRange(range);
  return alternatives?.some((all) => fitsAll(all, candidate));
}

/**
 * Whether two versions are the same, as Helm compares them: a leading `v` means nothing, and build
 * metadata counts only where it was requested.
 */
export function isSameVersion(asked: ChartVersion, actual: ChartVersion): boolean {
  const isBuild = asked.build === '' || asked.build === actual.build;
  return isBuild && compareVersions(asked, actual) === 0;
}

function parseRange(text: string): readonly (readonly Comparator[])[] | undefined {
  const alternatives = text
    .split('||')
    .map((all) => parseAll(all.replaceAll(hyphenRange, '>=$1 <=$2').trim()));
  return alternatives.every((one) => one !== undefined) ? alternatives : undefined;
}

/**
 * Conditions that must all hold, separated by commas or spaces; spaces may follow the operators.
 */
function parseAll(text: string): readonly Comparator[] | undefined {
  const pieces = text
    .replaceAll(/([=!<>~^])\s+/g, '$1')
    .split(/[\s,]+/)
    .filter((piece) => piece !== '')
    .map(parseComparator);
  return pieces.length > 0 && pieces.every((one) => one !== undefined) ? pieces : undefined;
}

function parseComparator(text: string): Comparator | undefined {
  const found = comparator.exec(text);
  if (found === null) return undefined;
  const [, operator = '', ...rest] = found;
  const written = rest.slice(0, 3).map(numberOf);
  const open = written.indexOf(undefined);
  const known = open === -1 ? 3 : open;
  const [major = 0n, minor = 0n, patch = 0n] = written.slice(0, known);
  const prerelease = known === 3 ? (rest[3]?.split('.') ?? []) : [];
  return { operator, parts: [major, minor, patch], known, prerelease };
}

/** A prerelease matches only where the range names one. */
function fitsAll(all: readonly Comparator[], candidate: ChartVersion): boolean {
  const isAllowed =
    candidate.prerelease.length === 0 || all.some(({ prerelease }) => prerelease.length > 0);
  return isAllowed && all.every((one) => fits(one, candidate));
}

function fits({ operator, known, ...limit }: Comparator, candidate: ChartVersion): boolean {
  const order = compareVersions(candidate, limit);
  const agreeing = agreement(candidate, limit);
  switch (operator) {
    case '':
    case '=':
      return known === 3 ? order === 0 : agreeing >= known;
    case '!=':
      return known === 3 ? order !== 0 : agreeing < known;
    case '>':
      return order > 0 && (known === 3 || agreeing < known);
    case '>=':
    case '=>':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
    case '=<':
      return order <= 0 || (known < 3 && agreeing >= known);
    case '~':
    case '~>':
      return order >= 0 && agreeing >= Math.min(known, 2);
    default: {
      // `^`: the first part that is not zero, and everything left of it, is fixed.
      const leading = limit.parts.findIndex((part) => part > 0);
      const fixed = leading === -1 ? known || 3 : Math.min(leading + 1, known);
      return order >= 0 && agreeing >= fixed;
    }
  }
}

type Ordered = Pick<ChartVersion, 'parts' | 'prerelease'>;

/** How many parts are equal, from the left. */
function agreement(a: Ordered, b: Ordered): number {
  const differing = a.parts.findIndex((part, index) => part !== b.parts[index]);
  return differing === -1 ? 3 : differing;
}

function compareVersions(a: Ordered, b: Ordered): number {
  for (const [index, part] of a.parts.entries()) {
    const other = b.parts[index] ?? 0n;
    if (part !== other) return part < other ? -1 : 1;
  }
  return comparePrereleases(a.prerelease, b.prerelease);
}

/**
 * A release is greater than its prereleases; in those, numbers compare as numbers, and rank below
 * words.
 */
function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [index, one] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (one === other) continue;
    const [left, right] = [numberOf(one), numberOf(other)];
    if (left === undefined && right === undefined) return one < other ? -1 : 1;
    if (left === undefined || right === undefined) return left === undefined ? 1 : -1;
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}

function numberOf(text: string | undefined): bigint | undefined {
  return text !== undefined && /^\d+$/.test(text) ? BigInt(text) : undefined;
}
