import assert from 'node:assert/strict';
import { load } from 'js-yaml';
import { printDenial } from '../../../src/handler/access/denial.ts';
import type { AccessRequest } from '../../../src/handler/access/rules.ts';

const question: AccessRequest = {
  client: 'fabrikam',
  azureProject: { name: 'shop', id: '6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c' },
  argocd: 'prod',
  application: { name: 'shop-web' },
  appProject: 'secret-project',
  actions: ['sync', 'prune', 'force'],
};

/** The rule that the advice suggests, parsed as YAML. */
function adviceOf(special: Partial<AccessRequest>, name?: string): unknown {
  const { advice } = printDenial({ ...question, ...special }, name, question.actions);
  return load(advice.slice(advice.indexOf('{'), advice.lastIndexOf('}') + 1));
}

describe('A denial', () => {
  it('says what is not allowed for whom', () => {
    const { message } = printDenial(question, 'shop-web', ['prune', 'force']);
    assert.equal(
      message,
      'No rule of the handler allows client "fabrikam" to use prune and force on application "shop-web" at Argo CD "prod" for Azure project "shop"',
    );
  });

  it('contains the missing rule, ready to copy', () => {
    assert.deepEqual(adviceOf({}, 'shop-web'), {
      client: 'fabrikam',
      azureProjects: ['shop'],
      argocd: 'prod',
      appProjects: ['<its AppProject>'],
      applications: ['shop-web'],
      actions: ['sync', 'prune', 'force'],
    });
  });

  it('contains no name if the request has a label selector', () => {
    assert.match(printDenial(question, undefined, ['sync']).message, /sync on any application at/);
  });

  it('names a project by its id if it has no name', () => {
    const nameless = { ...question, azureProject: { ...question.azureProject, name: '' } };
    const { message } = printDenial(nameless, 'shop-web', ['sync']);
    assert.match(message, /Azure project "6ce954b1-/);
  });

  it('does not reveal the AppProject, which may have been looked up', () => {
    const { message, advice } = printDenial(question, 'shop-web', ['sync']);
    assert.doesNotMatch(message + advice, /secret-project/);
  });

  it('bounds and escapes text from the request', () => {
    const nasty = `a"]}\n##vso[x]${'y'.repeat(1_000)}`;
    const about = { argocd: nasty, azureProject: { name: nasty, id: '' } };
    const { message, advice } = printDenial({ ...question, ...about }, nasty, ['sync']);
    assert.ok(message.length + advice.length < 2_000);
    assert.doesNotMatch(message + advice, /\n/);
    assert.equal(Object.keys(adviceOf(about, nasty) as object).length, 6);
  });
});
