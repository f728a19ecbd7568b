/**
 * Whether an error goes away by itself. `unknown`: the message is not known; it is given
 * `unknownErrorLimit`, and then reported as it is.
 */
export type Nature = 'passing' | 'lasting' | 'unknown';

/** What we know about an error from Argo CD's message. */
export interface ErrorJudgement {
  readonly nature: Nature;
  /** What to do about it; empty where we do not know. */
  readonly advice: string;
}

/**
 * How long to wait for an error of unknown nature before it counts as permanent, in milliseconds.
 */
export const unknownErrorLimit = 120_000;

interface KnownError extends ErrorJudgement {
  readonly pattern: RegExp;
}

function lasting(pattern: RegExp, advice: string): KnownError {
  return { pattern, nature: 'lasting', advice };
}

function passing(pattern: RegExp, advice = ''): KnownError {
  return { pattern, nature: 'passing', advice };
}

function unknown(pattern: RegExp, advice: string): KnownError {
  return { pattern, nature: 'unknown', advice };
}

const unreachableCluster =
  'Argo CD cannot reach the target cluster: check the cluster in Argo CD under Settings, Clusters.';

/**
 * The errors of Argo CD, of what it calls (Git and chart repositories, clusters) and of Kubernetes,
 * by words that appear in API errors, conditions and operation messages alike. The first matching
 * row counts, so narrow ones come first. Sources: argo-cd.md §1.2, the recordings, and the `Errorf`
 * calls of server/application, util/argo, util/git, reposerver and controller in 3.5.
 */
const knownErrors: readonly KnownError[] = [
  lasting(
    /invalid sync windows?\b|blocked by sync window: |cannot parse (?:schedule|duration) '/i,
    'A sync window of the AppProject is invalid, and Argo CD denies every sync until it is fixed: its schedule needs five cron fields (hours 0-23), its duration must look like 1h30m.',
  ),
  lasting(
    /message (?:after \w+ )?larger than max|grpc: message too large/i,
    'The message exceeds the gRPC size limit of Argo CD: raise ARGOCD_GRPC_MAX_SIZE_MB on its servers, or split the application.',
  ),
  lasting(
    /accepts no request of this size/,
    'Raise its limit for the size of requests (of a body with ingress-nginx: proxy-body-size), or request less at once, such as fewer resources.',
  ),
  lasting(
    /request (?:entity )?(?:is )?too large|exceeds the Kubernetes resource size limit|metadata\.annotations: Too long|exceeded max combined manifest/i,
    'The object is too large for Kubernetes or Argo CD: use server-side apply (sync option ServerSideApply=true) for large resources, or split the application.',
  ),
  passing(
    /(?:failed to get cluster info|error synchronizing cache state)[^]{0,600}(?:connection (?:refused|reset|timed out)|no route to host|timeout|deadline exceeded|EOF)/i,
    unreachableCluster,
  ),
  lasting(
    /database space exceeded/i,
    'The store of the Kubernetes cluster (etcd) is full: its administrators must compact and defragment it.',
  ),
  lasting(
    /NOAUTH |WRONGPASS |NOPERM /,
    "Argo CD cannot sign in to its own Redis: see the password in its Secret argocd-redis, and restart Argo CD's components.",
  ),
  lasting(
    /unexpected EOF in "/i,
    'Argo CD cannot generate manifests from the source at this revision: fix the files in Git that its message names.',
  ),
  passing(
    /code = (?:Unavailable|DeadlineExceeded|Canceled|Aborted|ResourceExhausted)\b|deadline exceeded|context canceled|etcdserver: (?!request is too large)/i,
  ),
  passing(
    /connection refused|connection reset|connection timed out|broken pipe|no route to host|network is unreachable|i\/o timeout|TLS handshake timeout|transport is closing|client connection lost|server misbehaving|Temporary failure in name resolution|Couldn't connect to server|: unexpected EOF|": EOF$|http2: (?:server sent GOAWAY|client connection)|stream error: stream ID/i,
  ),
  passing(
    /failed (?:fatal )?timeout after \d/i,
    'A command of Argo CD, such as a fetch from Git, took too long: if it recurs, raise ARGOCD_EXEC_TIMEOUT of its repo-server.',
  ),
  passing(
    /would exceed context deadline|unable to return a response in the time allotted|redis: connection pool|LOADING Redis|READONLY You can't write|too many requests|rate limit exceeded|request timed out|Client\.Timeout exceeded|object has been modified|no endpoints available for service|leader (?:changed|election)|status code:? (?:429|5\d\d)\b|URL returned error: (?:429|5\d\d)\b|\b(?:429 Too Many Requests|500 Internal Server Error|502 Bad Gateway|503 Service Unavailable|504 Gateway Time-?out)\b|the server is currently unable to handle the request/i,
  ),
  lasting(
    /namespaces? "[^"]*" not found/i,
    'Let Argo CD create the namespace (sync option CreateNamespace=true), or create it first.',
  ),
  lasting(
    /Kubernetes API could not find|no matches for kind|could not find the requested resource/i,
    'Install the kind first (its CustomResourceDefinition), in an earlier wave or another application, or set SkipDryRunOnMissingResource=true on the resource.',
  ),
  lasting(
    /field is immutable/i,
    'An immutable field changed: replace the resource (sync option Replace=true) or delete it first.',
  ),
  lasting(
    /no new finalizers can be added if the object is being deleted/i,
    'The hook of the previous sync is still being deleted, held by a finalizer: check its metadata.finalizers, have the finalizer removed, then sync again.',
  ),
  lasting(
    /is forbidden: User/i,
    'The service account of Argo CD is not allowed to do this in the target cluster: check its roles there.',
  ),
  lasting(
    /admission webhook "[^"]*" denied/i,
    'A policy of the target cluster rejected the resource: change it as the message of the webhook says.',
  ),
  lasting(
    /Shared resource found/i,
    'Two applications claim one resource: let only one of them manage it.',
  ),
  lasting(
    /x509: |SSL certificate problem/i,
    'Argo CD does not trust the certificate of the repository or the cluster: add its CA to Argo CD, or renew the certificate.',
  ),
  unknown(
    /no such host|Could not resolve host/i,
    'Argo CD cannot resolve a host name: check the URL of the repository or the cluster.',
  ),
  lasting(
    /the server has asked for the client to provide credentials|failed to get cluster info[^]*\bUnauthorized\b/i,
    'Argo CD cannot sign in to the target cluster: renew the cluster credentials in Argo CD.',
  ),
  lasting(
    /cluster "[^"]*" (?:not found|is disabled)|there are (?:no|\d+) clusters with (?:this|the same) name|can't have both name and server|destination server[^]* missing|controller is configured to ignore cluster/i,
    'Argo CD does not know the destination of the application: correct spec.destination, or add the cluster to Argo CD.',
  ),
  unknown(
    /failed to get cluster info|error synchronizing cache state|Unable to get cluster|failed to get cluster version/i,
    unreachableCluster,
  ),
  lasting(
    /(?:is not|are not|not) (?:permitted|allowed) (?:in|to use) project|do not match any of the allowed destinations|referencing project \S* ?which does not exist|the project does not exist/i,
    'The AppProject does not permit this: correct the project of the application, or extend the AppProject.',
  ),
  lasting(
    /no matching service account found/i,
    'Argo CD impersonates service accounts, and the AppProject names none for this destination: add it to spec.destinationServiceAccounts.',
  ),
  lasting(
    /is not signed, but a signature is required|made with .{1,200}, but (?:this key is not allowed in AppProject|verification result was invalid)/i,
    'The AppProject accepts only commits that are signed with one of its keys: sign this one, or add the key to the AppProject.',
  ),
  lasting(
    /cannot reference (?:multiple revisions for|a different revision of) the same repository/i,
    'Sources from one repository must have the same revision: set it for all of them in "revisions", or for none.',
  ),
  lasting(
    /app path does not exist|no such file or directory/i,
    'The path of the source does not exist at this revision.',
  ),
  lasting(
    /unable to resolve .{1,300} to a commit SHA|unable to resolve git revision|couldn't find remote ref|upload-pack: not our ref|remote error: want \S+ not valid|(?:does )?not allow request for unadvertised object|reference is not a tree|unknown revision or path not in the working tree|fatal: bad (?:object|revision)|not a valid object name|response status code 404: manifest unknown|no chart version found|version matching constraint not found|no version for constraints|improper constraint|failed to determine semver constraint|cannot get digest for revision|chart "[^"]*" version "[^"]*" not found/i,
    'The source does not have this revision: check that it has been pushed, that a commit is given as a full SHA, and that it belongs to the repository (or chart) that the application deploys from.',
  ),
  lasting(
    /authentication required|authorization failed|authentication failed|invalid username or password|could not read Username|unable to authenticate|Permission denied \(publickey|key is unknown|Host key verification failed|repositor(?:y|ies) not accessible|repository not found|repository ["'][^"']*["'] not found|\b40[134] (?:Unauthorized|Forbidden|Not Found)\b|(?:status code:?|URL returned error:) 40[134]\b/i,
    'Argo CD cannot read the repository: check its URL and its credentials in Argo CD under Settings, Repositories.',
  ),
  lasting(
    /failed to unmarshal|error unmarshaling|failed to evaluate jsonnet|helm template|failed running helm|kustomize build|kustomization file not found|error converting YAML|could not parse kubernetes version|error generating manifests in cmp|CMP processing failed|Only single objects are allowed|out-of-bounds symlinks|source referenced "|values file|value file|Manifest generation error|\byaml: |yaml document|Chart\.yaml|executing "[^"]*" at <|execution error at \(|accumulating resources|invalid manifest file|outside repository root|allowed media types|oci content layer/i,
    'Argo CD cannot generate manifests from the source at this revision: fix the files in Git that its message names.',
  ),
  lasting(
    /synchronization tasks are not valid/i,
    'The manifests are not valid for the target cluster: see the message of each resource.',
  ),
  lasting(
    /sync with replace was disabled/i,
    'Remove Replace=true from syncOptions: the administrators of Argo CD do not allow it.',
  ),
  lasting(
    /does not have deployment with id|source position is out of range|index out of range/i,
    'The application does not have this deployment or source: correct the input.',
  ),
  lasting(
    /json: cannot unmarshal|error parsing|unable to parse|couldn't parse|failed to parse|unknown (?:method|service)|is not supported/i,
    'Argo CD does not understand the request: check the inputs, and that its version is one that the README lists.',
  ),
];

/** How much of a message is read: it may be of any length, and the reason is at either end. */
const bounds = { head: 4_000, tail: 1_000 };

/** Whether an error of Argo CD may go away by itself, and what to do, judged by its message. */
export function judgeError(message: string): ErrorJudgement {
  const { head, tail } = bounds;
  const text =
    message.length <= head + tail
      ? message
      : `${message.slice(0, head)}\n${message.slice(message.length - tail)}`;
  const { nature, advice } = knownErrors.find(({ pattern }) => pattern.test(text)) ?? stranger;
  return { nature, advice };
}

const stranger: ErrorJudgement = { nature: 'unknown', advice: '' };
