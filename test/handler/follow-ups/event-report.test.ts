import assert from 'node:assert/strict';
import {
  eventOutputNames,
  eventReportOf,
  outputsWithout,
} from '../../../src/handler/follow-ups/event-report.ts';
import type { OperationOrigin } from '../../../src/sync/events/operation-origin.ts';
import { eventKinds, type HookRun } from '../../../src/sync/events/application-event.ts';
import { event, healthEvent } from '../../follow-ups/events.ts';
import { actionBody } from './sample-action.ts';

const runPage = 'https://dev.azure.com/fabrikam/shop/_build/results?buildId=7';
const hook: HookRun = {
  ...{ group: 'batch', kind: 'Job', namespace: 'shop', name: 'migrate' },
  phase: 'PreSync',
  state: 'Succeeded',
};

function fromRun(page: string): OperationOrigin {
  return { kind: 'run', marker: 'm', page };
}

describe('The report of an event to a follow-up run', () => {
  it('contains its cause: what, which revision, by whom, which hooks ran, and why others did not', () => {
    const { lines, summary, headline } = eventReportOf(
      actionBody({
        event: event({
          kind: 'failed',
          message: 'one or more tasks failed',
          of: {
            origin: fromRun(runPage),
            revisions: ['4f2c9d1'],
            hooks: [hook],
            missed: [
              { phase: 'PostSync', reason: 'notReached' },
              { phase: 'SyncFail', reason: 'notRunOnThisFailure' },
            ],
          },
        }),
      }),
    );
    assert.equal(headline, 'argocd/shop: the operation failed');
    for (const line of [
      'Message: one or more tasks failed',
      'Revision: 4f2c9d1',
      'Started by: run',
      `Triggering run: ${runPage}`,
      'PreSync: Job/migrate Succeeded',
      'PostSync: no hooks ran: the operation ended before this phase',
    ]) {
      assert.ok(lines.includes(line), `${line} is not in\n${lines.join('\n')}`);
    }
    assert.match(lines.join('\n'), /^SyncFail: no hooks ran: Argo CD runs none when/m);
    assert.match(summary, /the operation failed/);
    assert.match(summary, /4f2c9d1/);
    assert.match(summary, /migrate/);
  });

  it('links each revision to its commit, if the repository is on a known host', () => {
    const [one, other] = ['a'.repeat(40), 'b'.repeat(40)];
    const of = {
      revisions: [one, other, '1.2.3'],
      repositories: [
        'git@github.com:fabrikam/shop.git',
        'https://git.example.com/fabrikam/web',
        '',
      ],
      revisionChanged: false,
    };
    const { lines, summary } = eventReportOf(actionBody({ event: event({ of }) }));
    const page = `https://github.com/fabrikam/shop/commit/${one}`;
    assert.ok(lines.includes(`Revision: aaaaaaa, ${page}; bbbbbbb; 1.2.3 (unchanged)`));
    assert.ok(summary.includes(`[aaaaaaa](${page}), \`bbbbbbb\`, \`1.2.3\` (unchanged)`), summary);
    assert.doesNotMatch(summary, /git\.example\.com/);
  });

  it('shows a moment as one in the summary as well, where a less-than sign would be markup', () => {
    const occurred = event();
    const at = (occurred.operation?.startedAt ?? 0) + 500;
    const { lines, summary } = eventReportOf(actionBody({ event: { ...occurred, at } }));
    const time = new Date(at).toISOString();
    assert.ok(lines.includes(`Occurred: ${time}, after <1 s`), lines.join('\n'));
    assert.ok(summary.includes(`${time}, after \`<1 s\``), summary);
  });

  it('names a bounded number of revisions, and says if none is known', () => {
    const lineOf = (revisions: readonly string[]) =>
      eventReportOf(actionBody({ event: event({ of: { revisions } }) })).lines.find((line) =>
        line.startsWith('Revision: '),
      );
    assert.equal(lineOf(['1', '2', '3', '4', '5', '6', '7']), 'Revision: 1; 2; 3; 4; 5 and 2 more');
    assert.equal(lineOf([]), 'Revision: unknown');
  });

  it('says when a phase started if that was seen', () => {
    const of = {
      hooks: [hook],
      missed: [{ phase: 'PostSync', reason: 'noneThere' }] as const,
      phases: [
        { phase: 'PreSync', at: 5_000 },
        { phase: 'Sync', at: 9_000 },
      ] as const,
    };
    const { lines, summary } = eventReportOf(actionBody({ event: event({ of }) }));
    assert.deepEqual(
      lines.filter((line) => /^(Pre|Post)?Sync: /.test(line)),
      [
        'PreSync: began 1970-01-01T00:00:05.000Z, Job/migrate Succeeded',
        'Sync: began 1970-01-01T00:00:09.000Z',
        'PostSync: there are no hooks',
      ],
    );
    assert.match(summary, /PreSync +\| 1970-01-01T00:00:05.000Z +\| Job\/migrate Succeeded/);
  });

  it('says that the event was found late', () => {
    assert.match(
      eventReportOf(actionBody({ late: true })).lines.join('\n'),
      /no handler was watching/,
    );
    assert.doesNotMatch(eventReportOf(actionBody()).lines.join('\n'), /no handler was watching/);
  });

  it('has all outputs, whatever happened', () => {
    for (const kind of eventKinds) {
      for (const given of [event({ kind }), healthEvent({ kind })]) {
        const { outputs } = eventReportOf(actionBody({ event: given }));
        assert.deepEqual(Object.keys(outputs), [...eventOutputNames]);
        assert.equal(outputs.event, kind);
        assert.equal(outputs.application, 'shop');
      }
    }
    const { outputs } = eventReportOf(actionBody());
    assert.equal(outputs.outcome, 'succeeded');
    assert.deepEqual(JSON.parse(outputs.revisions), ['a'.repeat(40)]);
    assert.deepEqual(JSON.parse(outputs.images), ['registry.example/shop:1']);
    assert.equal(outputs.startedBy, 'autoSync');
    assert.deepEqual(Object.keys(outputsWithout('x')), [...eventOutputNames]);
    assert.equal(outputsWithout('x').message, 'x');
  });

  it('never treats foreign text as a command, markup or a URL', () => {
    const evil = '##vso[task.complete result=Succeeded]<b>|[x](javascript:1)\n##vso[a]';
    const page = 'javascript:alert(1)';
    const given = event({
      message: evil,
      images: [evil],
      application: { name: evil, namespace: evil, uid: 'u', project: evil },
      of: {
        origin: fromRun(page),
        revisions: [evil],
        hooks: [{ ...hook, name: evil }],
      },
    });
    const { lines, summary, outputs } = eventReportOf(
      actionBody({
        event: given,
        applicationUrl: page,
        chain: [{ uid: 'u', application: evil, rule: evil }],
      }),
    );
    for (const text of [...lines, ...Object.values(outputs)]) {
      assert.doesNotMatch(text, /##vso\[|\n/);
    }
    // Text between backticks is plain.
    assert.doesNotMatch(summary.replaceAll(/`[^`]*`/g, ''), /<b>|(?<!\\)\]\(javascript/);
    assert.deepEqual([outputs.startedByUrl, outputs.applicationUrl], ['', '']);
  });
});
