import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import {
  actionKinds,
  isKnown,
  actionKindOf,
} from '../../../src/follow-ups/action-kinds/action-kinds.ts';
import { actionSchema } from '../../../src/follow-ups/action-schema.ts';
import type { RenderedAction } from '../../../src/follow-ups/follow-up.ts';
import { pipelineOf } from '../../../src/follow-ups/action-kinds/action-kinds.ts';
import { renderAction } from '../../../src/follow-ups/render-action.ts';
import { targetKey } from '../../../src/follow-ups/target-key.ts';
import { valuesOf } from '../../../src/follow-ups/template-values.ts';
import { event } from '../events.ts';

const hidden = 'correct-horse-battery';

/** A setting of each kind as somebody writes it, with all that it may have, and its secrets. */
const samples: Readonly<Record<RenderedAction['kind'], object | string>> = {
  queuePipeline: {
    pipeline: 'shop/smoke',
    branch: 'main',
    commit: '{{revision}}',
    parameters: { app: '{{application}}' },
    variables: { v: '{{outcome}}' },
    pipelineResources: { build: '1' },
    stagesToSkip: ['Build'],
  },
  createRelease: {
    definition: 'shop/web',
    description: 'Of {{application}}',
    artifacts: [{ alias: '_b', version: '{{revision}}' }],
    stage: 'Test',
    variables: { v: 'w' },
  },
  postWebHook: { url: `https://x.example/${hidden}`, secret: hidden },
};

const defaults = { organization: 'fabrikam', project: 'shop' };
const values = valuesOf(event({ of: { revisions: ['v1'] } }), {
  argocd: 'prod',
  applicationUrl: '',
});

describe('The kinds of actions', () => {
  it('have names of their own', () => {
    const names = actionKinds.map(({ kind }) => kind);
    assert.equal(new Set(names).size, names.length);
  });

  it('are not guessed: an action of another version is unknown', () => {
    const other = { kind: 'toString' } as unknown as RenderedAction;
    assert.equal(isKnown(other), false);
    assert.throws(() => actionKindOf(other), /no kind of action toString/);
  });

  for (const kind of actionKinds) {
    describe(kind.kind, () => {
      const sample = samples[kind.kind];
      const written = z.parse(actionSchema('configuration'), { [kind.kind]: sample });
      const rendered = renderAction({ name: 'smoke', do: written }, values, defaults);
      assert.ok(rendered);

      it('is read back from the store as it was rendered', () => {
        const text = JSON.stringify(rendered);
        assert.deepEqual(z.parse(actionKindOf(rendered).stored(), JSON.parse(text)), rendered);
      });

      it('has one target, as written and as rendered', () => {
        assert.ok(targetKey(written, defaults)?.startsWith(`${kind.kind} `));
        assert.equal(targetKey(rendered), targetKey(written, defaults));
      });

      it('stores none of its secrets, and shows none in faults', () => {
        const { secrets, shown } = kind.settings;
        const given = new Map(Object.entries(sample));
        for (const name of secrets) {
          assert.equal(typeof given.get(name), 'string', name);
          assert.ok(!Object.keys(rendered).includes(name), name);
          assert.ok(!shown.includes(name), name);
        }
      });

      it('is told to people without its secrets', () => {
        const told = [
          actionKindOf(written).print(written),
          actionKindOf(written).printDeed(written),
        ];
        for (const text of [...told, actionKindOf(rendered).print(rendered)]) {
          assert.ok(text !== '' && !text.includes(hidden), text);
        }
        assert.equal(actionKindOf(rendered).print(rendered).length > 0, true);
        assert.notEqual(actionKindOf(rendered).printTarget(rendered), '');
      });

      it('may be asked for by an input only with a permission', () => {
        const { success } = z.safeParse(actionSchema('input'), { [kind.kind]: sample });
        assert.equal(success, kind.permission !== undefined);
      });

      it('names its pipeline if it queues a run, and only then', () => {
        assert.equal(pipelineOf(rendered) !== undefined, kind.queues);
        assert.equal(pipelineOf(rendered)?.project, kind.queues ? 'shop' : undefined);
        assert.equal(kind.settings.pipelines.length > 0, kind.queues);
      });
    });
  }
});
