import assert from 'node:assert/strict';
import { judgeAnnotations } from '../../src/follow-ups/annotation-sentences.ts';
import { application } from '../sync/sample-application.ts';

const grant = {
  ...{ argocd: 'prod', appProjects: ['default'], organization: 'fabrikam' },
  ...{ azureProjects: ['shop'], pipelines: ['smoke-*'] },
};
const settings = { grants: [grant], organization: 'fabrikam' };
const judge = (value: string, change: Partial<Parameters<typeof judgeAnnotations>[2]> = {}) =>
  judgeAnnotations(
    'prod',
    application({ annotations: { 'azure-pipelines/on-post-sync': value } }),
    {
      ...settings,
      ...change,
    },
  );

describe('Messages about annotations', () => {
  it('are absent if annotations are valid and granted', () => {
    const { rules, faulty, forbidden } = judge('shop/smoke-web');
    assert.deepEqual([rules.length, faulty, forbidden], [1, [], []]);
  });

  it('name the annotation as it is written, the reason, and what to do', () => {
    assert.deepEqual(judge('smoke-web').faulty, [
      'Annotation `azure-pipelines/on-post-sync: smoke-web`: it does not name the project of the pipeline. Use `project/pipeline`, and `;` between several.',
    ]);
    assert.deepEqual(judge('shop/smoke-web; shop/deploy').forbidden, [
      'Annotation `azure-pipelines/on-post-sync: shop/deploy`: applications of AppProject default may not queue fabrikam/shop/deploy. Ask the administrator of the handler for an entry in `grants`.',
    ]);
  });

  it('say that an organization must be named', () => {
    const none = { organization: undefined };
    assert.match(
      judge('shop/smoke-web', none).forbidden.join(),
      /organization of the pipeline.*Use `org/,
    );
    assert.deepEqual(judge('fabrikam/shop/smoke-web', none).forbidden, []);
  });

  it('say that annotations may queue nothing if nothing is granted', () => {
    assert.match(
      judge('shop/smoke-web', { grants: [] }).forbidden.join(),
      /may not queue fabrikam/,
    );
  });
});
