import assert from 'node:assert/strict';
import { Contact } from '../../src/follow/contact.ts';
import { judgeLook, Outage } from '../../src/follow/outage.ts';
import { failed } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

const asked = { name: 'shop', project: '', isSeen: false };
const seen = { ...asked, isSeen: true };

describe('A failed read', () => {
  const cases = [
    ['unavailable', '', false, 'away', /^its words$/],
    ['unclear', '', true, 'away', /^its words$/],
    ['internal', '', true, 'unknown', /^its words$/],
    ['internal', '', false, 'unknown', /^its words$/],
    ['not-argocd', '', true, 'away', /^its words$/],
    ['unreachable', '', true, 'away', /^its words$/],
    ['not-argocd', '', false, 'fatal', /Check the URL/],
    ['unreachable', '', false, 'fatal', /CA certificate/],
    ['not-found', 'default', false, 'missing', /no application "shop" in project "default"/],
    ['hidden', '', false, 'missing', /or the token may not read it: set "project"/],
    ['hidden', 'default', false, 'fatal', /Grant the token's role/],
    // Argo CD also says so if it cannot read the application from Kubernetes.
    ['hidden', '', true, 'unknown', /^its words$/],
    ['forbidden', '', false, 'fatal', /Grant the token's role/],
    ['refused', '', false, 'fatal', /Fix what its message names/],
    ['unauthenticated', '', true, 'fatal', /create a new one/],
  ] as const;
  for (const [failure, project, isSeen, kind, words] of cases) {
    const when = isSeen ? 'once the application was seen' : 'at the start';
    it(`means ${kind} if it is "${failure}" ${when}${project && ` in project ${project}`}`, () => {
      const judged = judgeLook(failed(failure, 'its words'), { ...asked, project, isSeen }, false);
      assert.equal(judged.kind, kind);
      assert.match(judged.kind === 'fatal' ? judged.error.advice : judged.reason, words);
    });
  }

  it('is always an outage if Argo CD has responded to somebody else before', () => {
    for (const failure of ['unreachable', 'not-argocd'] as const) {
      assert.equal(judgeLook(failed(failure), asked, true).kind, 'away');
    }
  });

  it('has advice for its message', () => {
    const judged = judgeLook(failed('refused', 'repository not found'), asked, true);
    assert.match(judged.kind === 'fatal' ? judged.error.advice : '', /credentials/);
  });

  it('keeps the message and cause of a fatal failure', () => {
    const error = failed('unauthenticated', 'token is expired');
    const judged = judgeLook(error, seen, true);
    assert.ok(judged.kind === 'fatal');
    assert.match(judged.error.message, /token is expired/);
    assert.equal(judged.error.cause, error);
  });

  it('does not hide an internal error', () => {
    assert.throws(() => judgeLook(new TypeError('bug'), seen, true), /bug/);
  });
});

describe('Failed reads in a row', () => {
  let clock: ManualClock;
  let contact: Contact;
  let outage: Outage;
  let startedAt: number;
  /** Later than everything that happens here. */
  let deadline: number;

  beforeEach(() => {
    clock = new ManualClock();
    startedAt = clock.now();
    deadline = startedAt + 3_600_000;
    contact = new Contact(startedAt);
    outage = new Outage(clock, contact, { startedAt, deadline });
  });

  const away = () => outage.failed(failed('unavailable', 'connect ECONNREFUSED'), seen);

  it('end the run after two minutes if Argo CD has never responded, and say what to do', async () => {
    const first = away();
    assert.equal(
      first.kind === 'away' && first.notice,
      'Cannot reach Argo CD; retrying, for up to 2 min. connect ECONNREFUSED',
    );
    await clock.pass(119_999);
    assert.equal(away().kind, 'away');
    assert.equal(outage.due, clock.now() + 1);
    await clock.pass(1);
    const { message, advice } = outage.unreached ?? assert.fail('it is tried on');
    assert.match(message, /could not be reached within 120 s.*ECONNREFUSED/);
    assert.match(advice, /Check URL and port/);
    assert.equal(away().kind, 'fatal');
  });

  it('never end it if Argo CD has responded, and are reported every minute', async () => {
    assert.equal(outage.answered(), undefined);
    const notices: (string | undefined)[] = [];
    for (let second = 0; second < 600; second += 5) {
      const judged = away();
      assert.ok(judged.kind === 'away');
      if (judged.notice !== undefined) notices.push(judged.notice);
      await clock.pass(5_000);
    }
    assert.equal(notices.length, 10);
    assert.match(notices[0] ?? '', /^Cannot reach Argo CD; retrying\. connect ECONNREFUSED$/);
    assert.match(notices[9] ?? '', /for 9 min; retrying/);
    assert.equal(outage.answered(), 600);
    assert.equal(outage.answered(), undefined);
  });

  it('name the remaining time, unless the run ends sooner', async () => {
    const notice = (of: Outage) => {
      const judged = of.failed(failed('unavailable', 'HTTP 502'), asked);
      return judged.kind === 'away' ? judged.notice : assert.fail(judged.kind);
    };
    await clock.pass(30_000);
    const short = new Outage(clock, contact, { startedAt, deadline: startedAt + 60_000 });
    assert.equal(notice(short), 'Cannot reach Argo CD; retrying. HTTP 502');
    assert.equal(notice(outage), 'Cannot reach Argo CD; retrying, for up to 1 min 30 s. HTTP 502');
  });

  it('are an outage if Argo CD responded before this process sent a request', async () => {
    const known = new Outage(clock, new Contact(startedAt, true), { startedAt, deadline });
    const wrong = () => known.failed(failed('unreachable', 'self-signed certificate'), asked);
    assert.equal(wrong().kind, 'away');
    await clock.pass(500_000);
    assert.equal(wrong().kind, 'away');
    assert.equal(known.neverReached, undefined);
  });

  it('count from the first request or the start of the run, whichever is later', async () => {
    await clock.pass(500_000);
    const later = new Outage(clock, contact, { startedAt: clock.now(), deadline });
    assert.equal(later.failed(failed('unavailable'), asked).kind, 'away');
    assert.equal(outage.failed(failed('unavailable'), asked).kind, 'fatal');
  });

  it('are an outage for all applications once one of them got a response', async () => {
    const other = new Outage(clock, contact, { startedAt, deadline });
    other.failed(failed('not-found'), asked);
    await clock.pass(500_000);
    assert.equal(away().kind, 'away');
    assert.equal(outage.neverReached, undefined);
  });

  it('end the run after two minutes of an unknown error, with its message', async () => {
    const odd = () => outage.failed(failed('internal', 'odd words'), seen);
    const first = odd();
    assert.ok(first.kind === 'unknown');
    assert.match(first.notice ?? '', /returns an error; retrying, for up to 2 min\. odd words/);
    await clock.pass(119_000);
    assert.equal(odd().kind, 'unknown');
    outage.answered();
    await clock.pass(119_000);
    assert.equal(odd().kind, 'unknown');
    await clock.pass(120_000);
    const last = odd();
    assert.ok(last.kind === 'fatal');
    assert.match(last.error.message, /odd words/);
  });
});
