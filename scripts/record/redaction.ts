import { dump, loadAll } from 'js-yaml';

/** What must not be published in a recording, and its replacements. */
export interface RedactionOptions {
  /** URL of the Argo CD server. */
  readonly server: string;
  readonly token: string;
  /** The application's real name, and its name in the recording. */
  readonly application: readonly [real: string, safe: string];
  /** Further replacements, from the user. */
  readonly replacements: readonly (readonly [real: string, safe: string])[];
}

export interface Redacted {
  readonly lines: readonly string[];
  /** Names that look like hosts and were not replaced: a person decides. */
  readonly suspects: readonly string[];
}

/** Argo CD's own mask for values of Secrets. */
const masked = '++++++++';
const jwt = /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g;
const address = /\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/"'<>\\@]+@)?([a-z0-9.-]+)(?::\d+)?/gi;
const mail = /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g;
const ip = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g;
const secretName = /pass|secret|token|credential|api-?key|private/i;
const hostLike =
  /\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|dev|app|cloud|internal|local|corp|lan|intern|de|uk|eu)\b/gi;

/** Names that are public anyway. */
const safe =
  /(?:^|\.)(?:example\.(?:com|net|org)|argoproj\.io|k8s\.io|kubernetes\.io|helm\.sh|svc|cluster\.local)$/i;

/**
 * The lines of a recording without private information: tokens, values of Secrets and of parameters with
 * revealing names, `managedFields`, hosts, repositories, addresses and people. Equal names get equal
 * replacements.
 */
export function redact(lines: readonly unknown[], options: RedactionOptions): Redacted {
  const names = new SafeNames(options);
  const stripped = lines.map(strip);
  for (const line of stripped) names.learn(line);
  const texts = stripped.map((line) => names.clean(JSON.stringify(line)));
  const suspects = new Set(
    texts.flatMap((text) => text.match(hostLike) ?? []).filter((host) => !safe.test(host)),
  );
  return { lines: texts, suspects: [...suspects].sort() };
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy without what is secret by its position, including in strings that contain JSON, as in `/manifests`. */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value === 'string') return stripText(value);
  if (!isFields(value)) return value;
  const isSecret = value['kind'] === 'Secret';
  const isNamedSecret = typeof value['name'] === 'string' && secretName.test(value['name']);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'managedFields')
      .filter(([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration')
      .map(([key, field]) => {
        if (isSecret && (key === 'data' || key === 'stringData')) return [key, maskAll(field)];
        if (isNamedSecret && key === 'value' && typeof field === 'string') return [key, masked];
        return [key, strip(field)];
      }),
  );
}

function stripText(text: string): string {
  if (/^kind: *["']?Secret\b/m.test(text)) return stripYaml(text);
  if (!text.startsWith('{')) return text;
  try {
    return JSON.stringify(strip(JSON.parse(text)));
  } catch {
    return text;
  }
}

/** Only documents that contain a Secret are rewritten. */
function stripYaml(text: string): string {
  return text
    .split(/^(?=---)/m)
    .map((document) => {
      if (!/^kind: *["']?Secret\b/m.test(document)) return document;
      try {
        return `---\n${loadAll(document)
          .map((each) => dump(strip(each)))
          .join('---\n')}`;
      } catch {
        return `# ${masked}: no YAML\n`;
      }
    })
    .join('');
}

function maskAll(fields: unknown): unknown {
  if (!isFields(fields)) return masked;
  return Object.fromEntries(Object.keys(fields).map((key) => [key, masked]));
}

/** Names and their replacements. */
class SafeNames {
  readonly #token: string;
  readonly #application: readonly [string, string];
  readonly #given: ReadonlyMap<string, string>;
  /** Whole URLs of repositories, and hosts. */
  readonly #learned = new Map<string, string>();
  readonly #numbers = new Map<string, number>();

  constructor({ server, token, application, replacements }: RedactionOptions) {
    this.#token = token;
    this.#application = application;
    this.#given = new Map(replacements);
    this.#learned.set(server, 'https://argocd.example.com');
    this.#learned.set(new URL(server).host, 'argocd.example.com');
  }

  /** Collects the repositories, registries and hosts that a line names. */
  learn(value: unknown, key = ''): void {
    if (Array.isArray(value)) {
      for (const each of value) this.learn(each, key);
    } else if (isFields(value)) {
      for (const [name, field] of Object.entries(value)) this.learn(field, name);
    } else if (typeof value === 'string') {
      this.#learnText(value, key);
    }
  }

  clean(text: string): string {
    let cleaned = text.replaceAll(this.#token, '<token>').replace(jwt, '<token>');
    for (const [real, replacement] of this.#given) cleaned = cleaned.replaceAll(real, replacement);
    const [application, name] = this.#application;
    return cleaned
      .replace(wholeWords([...this.#learned.keys()]), (one) => this.#learned.get(one) ?? one)
      .replace(wholeWords([application]), name)
      .replace(mail, (one) => this.#numbered(one, 'person', (n) => `person-${n}@example.com`))
      .replace(ip, (one) =>
        one.startsWith('127.') ? one : this.#numbered(one, 'ip', (n) => `192.0.2.${n}`),
      );
  }

  #learnText(text: string, key: string): void {
    if (text.startsWith('{')) {
      try {
        this.learn(JSON.parse(text));
        return;
      } catch {
        // A text that only starts like one.
      }
    }
    if (key === 'repoURL' && text !== '') this.#learnRepository(text);
    if (key === 'image' || key === 'images') this.#learnRegistry(text);
    for (const [, , host = ''] of text.matchAll(address)) this.#learnHost(host, 'host');
  }

  #learnRepository(url: string): void {
    if (this.#learned.has(url) || safe.test(hostOf(url))) return;
    const [host, ending] = url.startsWith('oci://')
      ? ['oci://registry.example.com', '']
      : ['https://git.example.com', '.git'];
    this.#numbered(url, 'repository', (n) => `${host}/repository-${n}${ending}`);
  }

  #learnRegistry(image: string): void {
    const host = image.split('/')[0] ?? '';
    if (image.includes('/') && /[.:]/.test(host)) this.#learnHost(host, 'registry');
  }

  #learnHost(host: string, noun: string): void {
    // A name without dots, as inside a cluster, reveals nothing, and occurs in too many words.
    if (!host.includes('.') || /^[\d.]+$/.test(host) || safe.test(host)) return;
    this.#numbered(host, noun, (n) => `${noun}-${n}.example.com`);
  }

  #numbered(real: string, noun: string, name: (n: number) => string): string {
    const known = this.#learned.get(real);
    if (known !== undefined) return known;
    if (safe.test(hostOf(real))) return real;
    const number = (this.#numbers.get(noun) ?? 0) + 1;
    this.#numbers.set(noun, number);
    this.#learned.set(real, name(number));
    return name(number);
  }
}

/** Matches these texts where they are not part of a longer name; the longest one first. */
function wholeWords(texts: readonly string[]): RegExp {
  const choices = texts
    .toSorted((one, other) => other.length - one.length)
    .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(?<![\\w.-])(?:${choices.join('|')})(?![\\w-])`, 'g');
}

/** The host of a URL, or the part after the @ of a person. */
function hostOf(text: string): string {
  return /(?:@|:\/\/)([^/:@]+)(?:[/:]|$)/.exec(text)?.[1] ?? '';
}
