import assert from 'node:assert/strict';
import { join } from 'node:path';
import { checkConfig } from '../../../src/handler/cli/check-config.ts';
import { folderWith, removeFolders } from '../config/files.ts';
import { client, key, secrets, tenant, whole } from '../config/whole-config.ts';

const env = {
  ARGOCD_TOKEN: secrets.token,
  HOST: 'argocd.example.com',
  HOOK_SECRET: secrets.hook,
  AZURE_TENANT_ID: tenant,
  AZURE_CLIENT_ID: client,
};

function check(text: string) {
  const folder = folderWith({ 'handler.yaml': text, key, admin: secrets.admin });
  const path = join(folder, 'handler.yaml');
  const { lines, exitCode } = checkConfig(path, env);
  return { text: lines.join('\n').replaceAll(folder, '/srv'), exitCode };
}

describe('The check of a configuration', () => {
  afterEach(removeFolders);

  it('shows what is set and what is allowed for whom', () => {
    const { text, exitCode } = check(whole.replaceAll('/run/', './'));
    assert.equal(exitCode, 0);
    assert.equal(
      text,
      `Settings:
  public        0.0.0.0:8443, reached at https://handler.example.com/argocd
  admin         [::]:9443, with a token
  store         /srv/data/handler.db, ended runs are kept for 90 days
  encryption    1 key
  Azure DevOps  https://dev.azure.com/fabrikam
  Azure DevOps  https://tfs.example.com/tfs/Main, also at private addresses
  identity      workload identity ${client} of tenant ${tenant}, by /srv/token
  job tokens    valid for 48 h
  Argo CD       prod: https://argocd.example.com, namespace gitops
  follow-ups    missed events: last 1 h; retries: 24 h; chain length: 3; rate: 100/h per rule and pipeline
  each client   5 requests/s, 10 at once, 100 runs pending

Who may do what:
  fabrikam, for Azure project shop or My Project, at Argo CD prod: sync, prune, gate of applications shop-*, team/web in AppProject default

Follow-ups:
  smoke-tests: on succeeded started by run or autoSync with a new revision, of applications shop-* with labels team in (shop) in AppProject default at Argo CD prod: queue fabrikam/shop/\\smoke\\web
  report: on failed, of all applications: post to hooks.example.com

Pipelines that annotations may queue:
  AppProject default, at Argo CD prod: pipelines smoke-* of Azure project shop in fabrikam

How hooks prove who they are:
  here: tokens for hooks.example.com, reviewed by this cluster
  edge: tokens for hooks.example.com of issuer https://oidc.example.com/edge/, by keys that it publishes

What hooks may do:
  service account argocd-hooks in namespace shop or shop-* of here, for applications shop-* in AppProject default at Argo CD prod: queues pipelines \\smoke\\* of Azure project shop in fabrikam

/srv/handler.yaml is valid.`,
    );
  });

  it('warns, and says what is missing', () => {
    const { text, exitCode } = check('retention: 1h\n');
    assert.equal(exitCode, 0);
    assert.match(text, /^Warnings:\n {2}\/srv\/handler\.yaml: encryptionKeys: /);
    assert.match(text, /\nStill missing:\n {2}\/srv\/handler\.yaml: publicUrl: /);
    assert.match(text, /ended runs are kept for 1 h\n/);
    assert.match(text, /\n {2}encryption +key in \/srv\/data\/key\n/);
    assert.match(text, /\n\/srv\/handler\.yaml is valid so far: the handler starts with it\.$/);
  });

  it('lists all faults, and fails', () => {
    const { text, exitCode } = check('logLevel: loud\nretention: 1\n');
    assert.equal(exitCode, 1);
    assert.match(text, /^\/srv\/handler\.yaml:1: logLevel .*\n\/srv\/handler\.yaml:2: retention /);
    assert.match(text, /\n\nThere are 2 faults\.$/);
    assert.match(check('logLevel: loud').text, /\n\nThere is 1 fault\.$/);
  });

  it('fails for a missing file', () => {
    assert.equal(checkConfig('/nowhere/handler.yaml', {}).exitCode, 1);
  });

  it('shows no secret', () => {
    const { text } = check(whole.replaceAll('/run/', './'));
    assert.ok(text.length > 500, text);
    for (const secret of Object.values(secrets)) assert.ok(!text.includes(secret));
  });
});
