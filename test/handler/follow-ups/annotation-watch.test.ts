import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { AnnotationWatch } from '../../../src/handler/follow-ups/annotation-watch.ts';
import { application } from '../../sync/sample-application.ts';

const grants = [
  {
    ...{ argocd: 'prod', appProjects: ['default'], organization: 'fabrikam' },
    ...{ azureProjects: ['shop'], pipelines: ['*'] },
  },
];
const annotated = (annotations: Readonly<Record<string, string>>, change = {}) =>
  application({ annotations, ...change });
const success = (value: string) => annotated({ 'azure-pipelines/on-success': value });

describe('The annotation watch', () => {
  let watch: AnnotationWatch;
  let counted: string[];
  beforeEach(() => {
    counted = [];
    watch = new AnnotationWatch({ annotationFault: (reason) => counted.push(reason) });
    watch.configure({ grants, organization: 'fabrikam' });
  });

  it('reports what is wrong with an annotation, and what to do, until it is fixed', () => {
    watch.see('prod', annotated({ 'azure-pipelines/on-sucess': 'shop/smoke' }));
    const [fault] = watch.faults();
    assert.match(fault?.faults.join() ?? '', /on-sucess: shop\/smoke`.*Did you mean/);
    assert.deepEqual([watch.faulty, fault?.argocd, fault?.application], [1, 'prod', 'argocd/shop']);
    watch.see('prod', success('shop/smoke'));
    assert.deepEqual([watch.faults(), watch.faulty, counted], [[], 0, ['faulty']]);
  });

  it('reports what is not granted', () => {
    for (let looks = 0; looks < 3; looks += 1) watch.see('prod', success('secrets/dump'));
    assert.deepEqual(counted, ['forbidden'], 'once, however often it is seen');
    assert.match(watch.faults()[0]?.faults.join() ?? '', /AppProject default may not queue/);
    watch.see('prod', { ...success('shop/smoke'), project: 'other' });
    assert.match(watch.faults()[0]?.faults.join() ?? '', /AppProject other may not queue/);
  });

  it('checks nothing without grants, and forgets what is gone', () => {
    watch.see('prod', success('nonsense'));
    assert.equal(watch.faulty, 1);
    watch.forget({ argocd: 'prod', uid: 'uid-1' });
    assert.equal(watch.faulty, 0);
    watch.see('prod', success('nonsense'));
    watch.configure({ grants: [], organization: 'fabrikam' });
    watch.see('prod', success('nonsense'));
    assert.equal(watch.faulty, 0);
  });

  it('reports on an application that no event named, without counting it', () => {
    const faults = watch.faultsOf('prod', success('shop/smoke; secrets/dump; nonsense'));
    assert.equal(faults.length, 2);
    assert.match(
      faults.join(),
      /on-success: nonsense`.*on-success: secrets\/dump`: .*may not queue/,
    );
    assert.equal(watch.faultsOf('test', success('shop/smoke')).length, 1, 'granted for another');
    assert.deepEqual([watch.faulty, counted], [0, []]);
    watch.configure({ grants: [], organization: 'fabrikam' });
    assert.match(watch.faultsOf('prod', success('shop/smoke')).join(), /entry in `grants`/);
  });

  it('knows whether granted annotations are about hooks', () => {
    const post = { 'azure-pipelines/on-post-sync': 'shop/smoke' };
    watch.see('prod', annotated(post));
    assert.equal(watch.followsHooks({ argocd: 'prod', uid: 'uid-1' }), true);
    watch.see('prod', annotated(post, { project: 'other' }));
    assert.equal(watch.followsHooks({ argocd: 'prod', uid: 'uid-1' }), false);
  });

  it('keeps a bounded number of thousands', () => {
    for (let at = 0; at < 3_000; at += 1) {
      watch.see('prod', { ...success('nonsense'), uid: `uid-${at}`, name: `shop-${at}` });
    }
    assert.equal(watch.faults().length, 1_000);
    assert.equal(watch.faulty, 3_000);
  });
});
