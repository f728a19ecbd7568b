import { readWords, type Help, type WrongWords } from '../../src/inputs/command-words.ts';
import { placeholdersIn } from './identity.ts';

/** What `npm run package` is asked for. */
export interface PackageRequest {
  readonly kind: 'package';
  /** Undefined takes what the project says. */
  readonly publisher?: string;
  readonly version?: string;
  readonly extensionId?: string;
  readonly isPreview: boolean;
  readonly isPublic: boolean;
}

export const packageUsage = `Packs the extension into out/, without a network.

  npm run package -- --publisher ID

  --publisher ID       your publisher on the Marketplace; without one the package is for reading only
  --version X.Y.Z      another version than that of package.json, for the extension and its tasks
  --preview            marks the extension as a preview, whatever the manifest says
  --public             everybody on the Marketplace will see it; otherwise only whom you share it with
  --extension-id ID    a copy to try in private beside the public one: its service connection types
                       have names of their own, as the Marketplace demands

It exits with 0, 1 when a public package is not ready to be one, or 2 for invalid arguments.`;

const options = {
  publisher: { type: 'string' },
  version: { type: 'string' },
  preview: { type: 'boolean' },
  public: { type: 'boolean' },
  'extension-id': { type: 'string' },
} as const;

/** What the Marketplace takes for a publisher or an extension. */
const anId = /^[A-Za-z0-9][A-Za-z0-9-]*$/;
/** Three numbers without leading zeros, as tasks have them. */
const aVersion = /^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){2}$/;

/** Reads the words after `npm run package --`. */
export function readPackageRequest(words: readonly string[]): PackageRequest | Help | WrongWords {
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
    return [
      `${option} takes letters, digits and hyphens: "${id}" is not an ID of the Marketplace.`,
    ];
  }
  return placeholdersIn(id).length > 0 ? [`${option} ${id} is a placeholder: give your own.`] : [];
}
