import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import pino from 'pino';
import { redactedLogStream } from '../../../src/handler/telemetry/log-stream.ts';

/** Local time, as a person at the terminal sees it. */
const at = new Date(2026, 10, 21, 9, 5, 7).getTime();

function logged(log: (logger: pino.Logger) => void, colors = false): string {
  let text = '';
  const destination = redactedLogStream({ write: (part) => (text += part), colors });
  const timestamp = () => `,"time":${at}`;
  log(pino({ level: 'debug', base: null, timestamp }, destination));
  return text;
}

describe('The log as text', () => {
  const lines: readonly (readonly [string, (logger: pino.Logger) => void, string])[] = [
    ['has time, level and message', (to) => to.info('it runs'), '09:05:07  info   it runs\n'],
    [
      'has the fields after them, quoted if necessary',
      (to) => to.warn({ run: 'a1', state: 'to follow', count: 2, text: '', is: 'a=b' }, 'step'),
      '09:05:07  warn   step  run=a1 state="to follow" count=2 text="" is="a=b"\n',
    ],
    [
      'prints values other than strings as JSON',
      (to) => to.info({ list: ['a', 'b'], flag: false, none: null }, 'fields'),
      '09:05:07  info   fields  list=["a","b"] flag=false none=null\n',
    ],
    [
      'keeps the fields of a child',
      (to) => to.child({ run: 'a1' }).info('step'),
      '09:05:07  info   step  run=a1\n',
    ],
    ['requires no message', (to) => to.info({ run: 'a1' }), '09:05:07  info     run=a1\n'],
    [
      'removes foreign characters that would move the cursor or forge a line',
      (to) => to.info({ name: 'a\u001b[2Jb\nc' }, 'say \u001b]0;hi\u0007\r\n09:05:07  info   no'),
      '09:05:07  info   say ]0;hi ⏎ 09:05:07  info   no  name="ab ⏎ c"\n',
    ],
    [
      'accepts an error field that is not an error',
      (to) => to.error({ err: 'lost' }, 'it broke'),
      '09:05:07  error  it broke  err=lost\n',
    ],
  ];
  for (const [what, log, expected] of lines) {
    it(what, () => assert.equal(logged(log), expected));
  }

  it('shows where an error came from, below the line', () => {
    const text = logged((to) => to.fatal({ err: new Error('no\nway') }, 'it broke'));
    const [first, ...frames] = text.trimEnd().split('\n');
    assert.equal(first, '09:05:07  fatal  it broke  err="no ⏎ way"');
    assert.ok(frames.length > 0);
    for (const frame of frames) assert.match(frame, /^ {4}at /);
  });

  it('bounds long values', () => {
    const long = 'x'.repeat(100_000);
    const line = logged((to) => to.info({ [long]: long }, long));
    assert.match(line, /x{100}/);
    assert.ok(line.length < 4_000);
  });

  it('has colors only on a terminal', () => {
    const log = (to: pino.Logger) => {
      to.info({ run: 'a1' }, 'good');
      to.warn('odd');
      to.error('bad');
    };
    assert.ok(!logged(log).includes('\u001b'));
    assert.equal(
      logged(log, true),
      '09:05:07  \u001b[2minfo \u001b[22m  good  \u001b[2mrun=a1\u001b[22m\n' +
        '09:05:07  \u001b[33mwarn \u001b[39m  odd\n' +
        '09:05:07  \u001b[31merror\u001b[39m  bad\n',
    );
  });
});
