import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { Secret } from '../../secret.ts';

const version = 'v1';
const keySize = 32;
/** Bytes; the sizes for which AES-GCM is designed (NIST SP 800-38D). */
const nonceSize = 12;
const noncesAtOnce = 256;
const tagSize = 16;

/** A sealed text that cannot be opened. The message contains no secret. */
export class TokenCipherError extends Error {
  override readonly name = 'TokenCipherError';
}

/** Seals job tokens, so that stored tokens are useless without the keys (AES-256-GCM). */
export class TokenCipher {
  /** By id; the first one seals. */
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #sealing: string;
  /** Not used yet. */
  #nonces = Buffer.alloc(0);

  /** Throws a `TokenCipherError` for an invalid key; check with `keyProblem` first. */
  constructor(keys: readonly Secret[]) {
    const parsed = keys.map((key) => {
      const bytes = bytesOf(key);
      if (bytes === undefined)
        throw new TokenCipherError(`An encryption key is invalid: ${wanted}.`);
      const id = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
      // Created once; from bytes, Node would derive it again for every token.
      return [id, createSecretKey(bytes)] as const;
    });
    const [first] = parsed;
    if (first === undefined) throw new TokenCipherError('There is no encryption key.');
    this.#keys = new Map(parsed);
    this.#sealing = first[0];
  }

  /** Seals a text so that it opens only in this context (the run's id): `v1.<key id>.<nonce>.<data>`. */
  seal(token: Secret, context: string): string {
    const nonce = this.#nonce();
    const cipher = createCipheriv('aes-256-gcm', this.#key(this.#sealing), nonce);
    cipher.setAAD(Buffer.from(context));
    const data = [cipher.update(token.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()];
    const parts = [nonce, Buffer.concat(data)].map((bytes) => bytes.toString('base64url'));
    return [version, this.#sealing, ...parts].join('.');
  }

  /** Opens what `seal` returned for the same context; throws a `TokenCipherError` for anything else. */
  open(sealed: string, context: string): Secret {
    const [form, id = '', nonceText = '', dataText = '', ...rest] = sealed.split('.');
    const nonce = Buffer.from(nonceText, 'base64url');
    const data = Buffer.from(dataText, 'base64url');
    const isWhole = nonce.length === nonceSize && data.length >= tagSize && rest.length === 0;
    if (form !== version || !isWhole) {
      throw new TokenCipherError(
        'This is not a sealed token: it was truncated, or a newer handler wrote it.',
      );
    }
    const decipher = createDecipheriv('aes-256-gcm', this.#key(id), nonce);
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(data.subarray(-tagSize));
    try {
      const text = [decipher.update(data.subarray(0, -tagSize)), decipher.final()];
      return new Secret(Buffer.concat(text).toString('utf8'));
    } catch (cause) {
      const message = 'A sealed token cannot be opened: it was changed, or belongs to another run.';
      throw new TokenCipherError(message, { cause });
    }
  }

  /** Whether the key with which a token was sealed is available. */
  canOpen(sealed: string): boolean {
    return this.#keys.has(sealed.split('.')[1] ?? '');
  }

  /** Random bytes that were never returned before. Fetched in portions, since each call takes Node some 15 µs. */
  #nonce(): Buffer {
    if (this.#nonces.length === 0) this.#nonces = randomBytes(nonceSize * noncesAtOnce);
    const nonce = this.#nonces.subarray(0, nonceSize);
    this.#nonces = this.#nonces.subarray(nonceSize);
    return nonce;
  }

  #key(id: string): KeyObject {
    const key = this.#keys.get(id);
    if (key) return key;
    throw new TokenCipherError(
      `A token was sealed with key ${id}, which is no longer configured. ` +
        'Keep the old key in `encryptionKeys`, after the new one, until the runs that use it have ended.',
    );
  }
}

const wanted = `it must be ${keySize} random bytes, as base64 or as ${2 * keySize} hexadecimal digits`;

/** What is wrong with an encryption key, if anything. Never shows the key. */
export function keyProblem(key: Secret): string | undefined {
  return bytesOf(key) === undefined ? wanted : undefined;
}

/** Recognizes the same token later without storing it: SHA-256, hexadecimal. */
export function tokenDigest(token: Secret): string {
  return createHash('sha256').update(token.reveal()).digest('hex');
}

function bytesOf(key: Secret): Buffer | undefined {
  const text = key.reveal().trim();
  if (/^[\da-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  const bytes = /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined;
  return bytes?.length === keySize ? bytes : undefined;
}
