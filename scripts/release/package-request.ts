import { readWords, type Help, type InvalidArguments } from '../../src/inputs/command-words.ts';
import { placeholdersIn } from './identity.ts';

/** The arguments of `npm run package`. */
export interface PackageRequest {
  readonly kind: 'package';
  /** Undefined: from the project. */
  readonly publisher?: string;
  readonly version?: string;
  readonly extensionId?: string;
  readonly isPreview: boolean;
  readonly isPublic: boolean;
}

export const packageUsage = `Packs the extension into out/, without a network.

  npm run package -- --publisher ID

  --publisher ID       your publisher on the Marketplace; without one, the package cannot be published
  --version X.Y.Z      version of the extension and its tasks, instead of that of package.json
  --preview            marks the extension as a preview, whatever the manifest says
  --public             visible to everybody on the Marketplace; otherwise only to those you share it with
  --extension-id ID    a private copy to try next to the public one: its service connection types get
                       their own names, as the Marketplace requires

It exits with 0, 1 when a public package is not ready to be one, or 2 for invalid arguments.`;

const options = {
  publisher: { type: 'string' },
  version: { type: 'string' },
  preview: { type: 'boolean' },
  public: { type: 'boolean' },
  'extension-id': { type: 'string' },
} as const;

/** IDs that the Marketplace accepts for a publisher or an extension. */
const anId = /^[A-Za-z0-9][A-Za-z0-9-]*$/;
/** Three numbers without leading zeros, as in tasks. */
const aVersion = /^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){2}$/;

/** Parses the arguments of `npm run package`. */
export function readPackageRequest(
  words: readonly string[],
): PackageRequest | Help | InvalidArguments {
  const read = readWords(words, options);
  if (read.kind !== 'words') return read;
  const {
    publisher,
    version,
    'extension-id': extensionId,
    preview,
    public: isPublic,
  } = read.values;
  const messages = [
    ...faultsOfId('--publisher', publisher),
    ...faultsOfId('--extension-id', extensionId),
    ...(version === undefined || aVersion.test(version)
      ? []
      : [`--version needs three numbers, such as 1.2.3: "${version}" is not one.`]),
  ];
  if (messages.length > 0) return { kind: 'fault', messages };
  return {
    kind: 'package',
    ...(publisher !== undefined && { publisher }),
    ...(version !== undefined && { version }),
    ...(extensionId !== undefined && { extensionId }),
    isPreview: preview === true,
    isPublic: isPublic === true,
  };
}

function faultsOfId(option: string, id: string | undefined): readonly string[] {
  if (id === undefined) return [];
  if (!anId.test(id)) {
    return [`${option} takes letters, digits and hyphens: "${id}" is not a Marketplace ID.`];
  }
  return placeholdersIn(id).length > 0 ? [`${option} ${id} is a placeholder: give your own.`] : [];
}
