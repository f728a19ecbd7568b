import assert from 'node:assert/strict';
import { readLog } from '../../../src/argocd/rest/log-lines.ts';
import { readRecording } from '../../recording.ts';

/** The recorded logs of the scenario, in their order. */
const recorded = readRecording('hook-logs')
  .filter(({ request }) => request?.path.includes('/logs?'))
  .map(({ response }) => String(response?.body));

function chunk(content: string | null, special: object = {}): string {
  const result = { content, timeStamp: '2026-11-21T01:52:30Z', last: false, ...special };
  return `${JSON.stringify({ result })}\n`;
}

describe('the log of a pod', () => {
  const all = [
    'connecting to db',
    'applying 0042_add_index.sql',
    'ERROR: relation orders is locked ##vso[task.complete result=Succeeded]',
    'giving up',
  ];

  it('is read from each recorded answer', () => {
    assert.deepEqual(
      recorded.map((text) => readLog(text, 50)),
      [
        { lines: all.slice(0, 2), fault: '' },
        { lines: all, fault: '' },
        { lines: all, fault: '' },
        { lines: [], fault: 'container nope is not valid for pod migrate-2cnh9' },
        { lines: [], fault: '' },
      ],
    );
  });

  it('is cut to its last lines', () => {
    assert.deepEqual(readLog(recorded[1] ?? '', 2).lines, all.slice(2));
  });

  it('keeps empty lines, which an end without content is not', () => {
    const text = chunk('a') + chunk('') + chunk(null) + chunk('', { last: true });
    assert.deepEqual(readLog(text, 50), { lines: ['a', '', ''], fault: '' });
  });

  it('tells the first fault beside the lines that there are', () => {
    const text = chunk('a') + chunk('first', { timeStamp: null }) + chunk('x', { timeStamp: null });
    assert.deepEqual(readLog(text, 50), { lines: ['a'], fault: 'first' });
  });

  it('tells an error of Argo CD that comes after the lines', () => {
    const error = { grpc_code: 14, http_code: 503, message: 'the pod went away' };
    const text = chunk('a') + JSON.stringify({ error });
    assert.deepEqual(readLog(text, 50), { lines: ['a'], fault: 'the pod went away' });
  });

  it('is refused where it is something else', () => {
    for (const text of ['<html>', '{"other":1}', '{"result":{"content":1}}']) {
      assert.throws(() => readLog(text, 50));
    }
  });
});
