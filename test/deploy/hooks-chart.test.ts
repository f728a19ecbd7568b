import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { describe, it } from 'mocha';
import { faultsOf, releases } from './kubernetes-schema.ts';
import { manifestsIn, root, type Manifest } from './kustomization.ts';

const charts = ['deploy/hooks/chart', 'test/fixtures/helm/shop'];
const text = readFileSync(join(root, 'test/fixtures/helm/rendered.yaml'), 'utf8');
const rendered = (loadAll(text) as (Manifest | null)[]).filter((each) => each !== null);
const components = ['pre-sync', 'post-sync', 'sync-fail', 'pre-delete', 'post-delete'];

/** Covers all files of the charts, so that nothing rendered from other files is compared. */
function digest(): string {
  const hash = createHash('sha256');
  for (const chart of charts) {
    const files = readdirSync(join(root, chart), { recursive: true, encoding: 'utf8' }).sort();
    for (const file of files) {
      const path = join(root, chart, file);
      if (statSync(path).isFile()) hash.update(`${chart}/${file}\n`).update(readFileSync(path));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

describe('The library chart of deploy/hooks', () => {
  it('is the one that was rendered; if this fails, render it again (test/fixtures/helm)', () => {
    assert.equal(text.split('\n')[0], `# charts: ${digest()}`);
  });

  for (const component of components) {
    it(`makes the same ${component} as the kustomize component`, () => {
      const [job] = manifestsIn(`deploy/hooks/${component}/job.yaml`);
      const same = rendered.find(
        ({ kind, metadata }) => kind === 'Job' && metadata.name === job?.metadata.name,
      );
      assert.deepEqual(same, job);
    });
  }

  it('makes the same service accounts, and nothing else', () => {
    const accounts = ['service-account', 'post-delete'].flatMap((component) =>
      manifestsIn(`deploy/hooks/${component}/service-account.yaml`),
    );
    const byName = (manifests: readonly Manifest[]) =>
      manifests.toSorted((one, other) => one.metadata.name.localeCompare(other.metadata.name));
    const others = rendered.filter(({ kind }) => kind !== 'Job');
    assert.deepEqual(byName(others), byName(accounts));
    assert.equal(rendered.length, accounts.length + components.length);
  });

  for (const release of releases) {
    it(`makes what ${release} accepts`, () => {
      for (const manifest of rendered) assert.deepEqual(faultsOf(manifest, release), []);
    });
  }

  it('has the version of the project', () => {
    const read = (path: string) => load(readFileSync(join(root, path), 'utf8'));
    const { version } = read('package.json') as { readonly version: string };
    const chart = read('deploy/hooks/chart/Chart.yaml') as Record<string, unknown>;
    const values = read('deploy/hooks/chart/values.yaml') as { readonly image: string };
    assert.deepEqual(
      [chart['type'], chart['version'], chart['appVersion'], values.image],
      ['library', version, version, `argocd-handler:${version}`],
    );
  });
});
