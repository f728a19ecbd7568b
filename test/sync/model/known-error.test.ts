import { strict as assert } from 'node:assert';
import { judgeError } from '../../../src/sync/model/known-error.ts';
import type { Nature } from '../../../src/sync/model/known-error.ts';

/**
 * Argo CD's messages as they were recorded, or as its source creates them; their nature, and what
 * to do.
 */
const cases: readonly (readonly [nature: Nature, message: string, advice: RegExp])[] = [
  [
    'lasting',
    "cannot sync: invalid sync window: cannot parse schedule '* 7-24 * * *': end of range (24) above maximum (23): 7-24",
    /five cron fields/,
  ],
  [
    'lasting',
    `invalid sync windows: cannot parse duration '1x': time: unknown unit "x" in duration "1x"`,
    /like 1h30m/,
  ],
  [
    'lasting',
    "Sync operation blocked by sync window: cannot parse schedule '* * * *': expected exactly 5 fields",
    /AppProject/,
  ],
  ['unknown', 'cannot sync: blocked by sync window', /^$/],
  ['unknown', 'Sync operation blocked by sync window', /^$/],
  [
    'lasting',
    'rpc error: code = ResourceExhausted desc = grpc: received message larger than max (209715201 vs. 209715200)',
    /ARGOCD_GRPC_MAX_SIZE_MB/,
  ],
  ['lasting', 'etcdserver: request is too large', /ServerSideApply/],
  ['lasting', 'Request entity too large: limit is 3145728', /split the application/],
  ['passing', 'etcdserver: leader changed', /^$/],
  ['passing', 'etcdserver: request timed out', /^$/],
  [
    'passing',
    'error resolving repo revision: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.1:8081: connect: connection refused"',
    /^$/,
  ],
  ['passing', 'rpc error: code = ResourceExhausted desc = too many requests', /^$/],
  ['passing', 'failed to list refs: Get "https://git.example.com/info/refs": EOF', /^$/],
  [
    'passing',
    'failed to list refs: unexpected client error: unexpected requesting "https://git.example.com/info/refs?service=git-upload-pack" status code: 503',
    /^$/,
  ],
  [
    'passing',
    `Manifest generation error (cached): \`helm dependency build\` failed timeout after 1m30s: context deadline exceeded`,
    /^$/,
  ],
  [
    'passing',
    'Internal error occurred: failed calling webhook "x.example.com": no endpoints available for service "x"',
    /^$/,
  ],
  ['passing', 'application refresh deadline exceeded', /^$/],
  [
    'passing',
    'rpc error: code = Unknown desc = `git fetch origin --tags --force --prune` failed timeout after 1m30s',
    /ARGOCD_EXEC_TIMEOUT/,
  ],
  [
    'passing',
    'client rate limiter Wait returned an error: rate: Wait(n=1) would exceed context deadline',
    /^$/,
  ],
  [
    'passing',
    'the server was unable to return a response in the time allotted, but may still be processing the request (get deployments.apps)',
    /^$/,
  ],
  ['passing', "READONLY You can't write against a read only replica.", /^$/],
  [
    'lasting',
    `error resolving repo revision: rpc error: code = Unknown desc = unable to resolve 'no-such-branch' to a commit SHA`,
    /pushed.*full SHA.*repository/,
  ],
  [
    'lasting',
    'Failed to checkout revision 0000000: `git fetch origin 0000000 --tags --force --prune` failed exit status 128: fatal: git upload-pack: not our ref 0000000',
    /pushed.*full SHA.*repository/,
  ],
  [
    'lasting',
    'error resolving repo revision: rpc error: code = Unknown desc = failed to resolve revision "v9": cannot get digest for revision v9: registry.example.com/web:v9: not found',
    /pushed.*full SHA.*repository/,
  ],
  ['lasting', 'version matching constraint not found in 3 tags', /not have this revision/],
  // The messages of servers and versions of Git about a commit that they do not have.
  [
    'lasting',
    'failed to initialize repository resources: rpc error: code = Internal desc = Failed to checkout revision 4f1d: `git checkout --force 4f1d` failed exit status 128: fatal: reference is not a tree: 4f1d',
    /pushed.*full SHA.*repository/,
  ],
  [
    'lasting',
    '`git fetch origin 4f1d` failed exit status 128: error: Server does not allow request for unadvertised object 4f1d',
    /pushed.*full SHA.*repository/,
  ],
  [
    'lasting',
    '`git fetch origin 4f1d` failed exit status 128: fatal: remote error: want 4f1d not valid',
    /pushed.*full SHA.*repository/,
  ],
  [
    'lasting',
    "fatal: ambiguous argument 'v9': unknown revision or path not in the working tree.",
    /pushed.*full SHA.*repository/,
  ],
  ['lasting', 'fatal: bad object 4f1d', /pushed.*full SHA.*repository/],
  ['lasting', 'fatal: Not a valid object name v9', /pushed.*full SHA.*repository/],
  [
    'lasting',
    'GET "https://registry.example.com/v2/web/manifests/v9": response status code 404: manifest unknown: manifest unknown',
    /pushed.*full SHA.*repository/,
  ],
  [
    'lasting',
    'a proxy or ingress before Argo CD accepts no request of this size (HTTP 413): "<html>413 Request Entity Too Large"',
    /proxy-body-size/,
  ],
  [
    'lasting',
    'Target revision 4f1d in Git is not signed, but a signature is required',
    /signed with one of its keys/,
  ],
  [
    'lasting',
    'Found good signature made with RSA key 4AEE18F83AFDEB23, but this key is not allowed in AppProject',
    /add the key/,
  ],
  [
    'lasting',
    "Found signature made with RSA key 4AEE18F83AFDEB23, but verification result was invalid: 'bad'",
    /signed with one of its keys/,
  ],
  [
    'lasting',
    'cannot reference multiple revisions for the same repository ($values references "main" which resolves to "4f1d" while $other references "v1" which resolves to "5a2e")',
    /same revision/,
  ],
  [
    'lasting',
    'cannot reference a different revision of the same repository ($values references "main" which resolves to "4f1d" while the application references "v1" which resolves to "5a2e")',
    /same revision/,
  ],
  ['lasting', 'expected only a single oci content layer, got 2', /fix the files/],
  ['lasting', 'repositories not accessible: https://git.example.com/x: denied', /credentials/],
  ['passing', '`git fetch origin` failed fatal timeout after 1m40s', /ARGOCD_EXEC_TIMEOUT/],
  ['lasting', 'rpc error: code = Unknown desc = authentication required', /credentials/],
  ['lasting', 'repository not found', /credentials/],
  [
    'lasting',
    'Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = Manifest generation error (cached): rpc error: code = FailedPrecondition desc = Failed to unmarshal "broken.yaml": error converting YAML to JSON: yaml: line 3: mapping values are not allowed in this context',
    /fix the files in Git/,
  ],
  [
    'lasting',
    'rpc error: code = Unknown desc = `helm template . --name-template shop` failed exit status 1: Error: template: shop/templates/a.yaml:3: function "x" not defined',
    /fix the files in Git/,
  ],
  ['lasting', 'rpc error: code = Unknown desc = app path does not exist', /path of the source/],
  ['lasting', 'Failed to load target state: unexpected EOF in "a.yaml"', /fix the files/],
  [
    'lasting',
    "application repo https://git.example.com/x is not permitted in project 'shop'",
    /AppProject/,
  ],
  ['lasting', 'app is not allowed in project "p", or the project does not exist', /AppProject/],
  ['lasting', 'Application referencing project p which does not exist', /AppProject/],
  ['lasting', `application 'a' in namespace 'b' is not allowed to use project 'p'`, /AppProject/],
  ['lasting', 'there are no clusters with this name: west', /spec\.destination/],
  [
    'passing',
    'Failed to load live state: failed to get cluster info for "https://10.1.1.1": error synchronizing cache state : Get "https://10.1.1.1/version?timeout=32s": dial tcp 10.1.1.1:443: i/o timeout',
    /cannot reach the target cluster/,
  ],
  [
    'lasting',
    'Failed to load live state: failed to get cluster info for "https://c": error synchronizing cache state : the server has asked for the client to provide credentials',
    /cluster credentials/,
  ],
  [
    'unknown',
    'Failed to load live state: failed to get cluster info for "https://c": error synchronizing cache state : something new',
    /cannot reach the target cluster/,
  ],
  [
    'lasting',
    'Get "https://c/version": x509: certificate signed by unknown authority',
    /certificate/,
  ],
  [
    'unknown',
    'failed to list refs: dial tcp: lookup git.example.com on 10.96.0.10:53: no such host',
    /resolve a host name/,
  ],
  ['lasting', 'namespaces "x" not found', /CreateNamespace=true/],
  [
    'lasting',
    'one or more synchronization tasks are not valid: failed to discover server resources for group version example.com/v1: the server could not find the requested resource',
    /CustomResourceDefinition/,
  ],
  ['lasting', 'admission webhook "policy.example.com" denied the request: no', /policy/i],
  [
    'lasting',
    'sync with replace was disabled on the API Server level via the server configuration',
    /Replace=true/,
  ],
  [
    'lasting',
    'application argocd/errors does not have deployment with id 99',
    /not have this deployment/,
  ],
  ['lasting', 'source position is out of range', /not have this deployment or source/],
  ['lasting', 'runtime error: index out of range [1] with length 1', /does not have/],
  [
    'lasting',
    'json: cannot unmarshal string into Go struct field ApplicationSyncRequest.dryRun of type bool',
    /does not understand/,
  ],
  [
    'lasting',
    'rpc error: code = ResourceExhausted desc = grpc: received message after decompression larger than max (209715201 vs. 209715200)',
    /ARGOCD_GRPC_MAX_SIZE_MB/,
  ],
  [
    'lasting',
    'rpc error: code = ResourceExhausted desc = grpc: trying to send message larger than max (209715201 vs. 209715200)',
    /ARGOCD_GRPC_MAX_SIZE_MB/,
  ],
  [
    'lasting',
    'rpc error: code = ResourceExhausted desc = grpc: message too large (4294967296 bytes)',
    /ARGOCD_GRPC_MAX_SIZE_MB/,
  ],
  ['lasting', 'etcdserver: mvcc: database space exceeded', /etcd/],
  ['lasting', 'NOAUTH Authentication required.', /Redis/],
  ['lasting', 'WRONGPASS invalid username-password pair or user is disabled.', /Redis/],
  // The index of a chart repository is not a file of the application's.
  [
    'passing',
    'looks like "https://charts.example.com" is not a valid chart repository or cannot be reached: failed to fetch https://charts.example.com/index.yaml : 500 Internal Server Error',
    /^$/,
  ],
  [
    'lasting',
    'looks like "https://charts.example.com" is not a valid chart repository or cannot be reached: failed to fetch https://charts.example.com/index.yaml : 404 Not Found',
    /credentials/,
  ],
  ['unknown', 'failed to fetch https://charts.example.com/index.yaml : something new', /^$/],
  ['lasting', 'Error: Chart.yaml file is missing', /fix the files/],
  [
    'lasting',
    'Error: template: a.tpl:1:2: executing "a.tpl" at <.Values.a.b>: nil pointer evaluating interface {}.b',
    /fix the files/,
  ],
  // As Git's command line says it.
  [
    'passing',
    "fatal: unable to access 'https://git.example.com/': The requested URL returned error: 503",
    /^$/,
  ],
  [
    'passing',
    "fatal: unable to access 'https://git.example.com/': Failed to connect to git.example.com port 443 after 3 ms: Couldn't connect to server",
    /^$/,
  ],
  [
    'lasting',
    "fatal: unable to access 'https://git.example.com/': The requested URL returned error: 403",
    /credentials/,
  ],
  ['lasting', 'Host key verification failed.', /credentials/],
  ['lasting', "fatal: repository 'https://git.example.com/x' not found", /credentials/],
  [
    'lasting',
    "fatal: unable to access 'https://git.example.com/': SSL certificate problem: unable to get local issuer certificate",
    /certificate/,
  ],
  [
    'unknown',
    "fatal: unable to access 'https://git.example.com/': Could not resolve host: git.example.com",
    /resolve a host name/,
  ],
  ['passing', 'read tcp 10.0.0.1:5-\u003e10.0.0.2:443: unexpected EOF', /^$/],
  ['passing', 'stream error: stream ID 5; INTERNAL_ERROR; received from peer', /^$/],
  ['unknown', 'something that nobody has seen', /^$/],
  ['unknown', '', /^$/],
];

describe('An error of Argo CD', () => {
  for (const [nature, message, advice] of cases) {
    it(`is ${nature}: ${message.slice(0, 90)}`, () => {
      const judged = judgeError(message);
      assert.equal(judged.nature, nature);
      assert.match(judged.advice, advice);
    });
  }

  it('is classified by both ends of a message of any length, quickly', () => {
    const filler = 'x "y": z '.repeat(100_000);
    assert.equal(judgeError(`app path does not exist ${filler}`).nature, 'lasting');
    assert.equal(judgeError(`${filler} connection refused`).nature, 'passing');
    assert.equal(judgeError(filler).nature, 'unknown');
  });
});
