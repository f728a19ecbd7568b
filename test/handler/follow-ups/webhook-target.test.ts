import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ActionError } from '../../../src/actions/action-target.ts';
import { readFollowUpsInput } from '../../../src/follow-ups/read-follow-ups.ts';
import type { FollowUpRule } from '../../../src/follow-ups/follow-up.ts';
import { WebhookTarget } from '../../../src/handler/follow-ups/webhook-target.ts';
import { Secret } from '../../../src/secret.ts';
import { eventKey, storedAction } from '../../actions/stored-action.ts';
import { noAbort } from '../../argocd/rest/server.ts';
import { trustTenant } from '../../azure/identity/tenant.ts';

const secret = 'secret-of-the-webhook';
const now = 1_700_000_000_000;
const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');

interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

describe('The target of webhooks', () => {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let server: Server;
  let answer: (response: ServerResponse, message: IncomingMessage) => void;
  let rules: FollowUpRule[];
  let target: WebhookTarget;
  let distrust: () => void;

  before(() => {
    distrust = trustTenant();
  });
  after(() => distrust());
  beforeEach(async () => {
    received.length = 0;
    answer = (response) => response.writeHead(204).end();
    server = createServer({ key: fixture('server.key'), cert: fixture('server.pem') });
    server.on('request', (message: IncomingMessage, response: ServerResponse) => {
      void message.toArray().then((chunks) => {
        const { url: path = '', headers } = message;
        received.push({ path, headers, body: chunks.join('') });
        answer(response, message);
      });
    });
    server.on('connection', (socket: Socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    rules = [ruleTo(`https://127.0.0.1:${(server.address() as AddressInfo).port}/hook?code=1`)];
    target = new WebhookTarget({ rules: () => rules, now: () => now, userAgent: 'test' });
  });
  afterEach(async () => {
    await target.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  function ruleTo(url: string): FollowUpRule {
    const reading = readFollowUpsInput({ onSuccess: 'shop/smoke' });
    assert.ok('rules' in reading && reading.rules[0]);
    const action = { kind: 'postWebHook', url, secret: new Secret(secret) } as const;
    return { ...reading.rules[0], name: 'report', do: action };
  }

  const action = storedAction(
    { kind: 'postWebHook', url: 'https://old.example.com', rule: 'report' },
    { rule: 'report' },
  );

  async function errorOf(work: Promise<unknown>): Promise<ActionError> {
    const error = await work.then(
      () => assert.fail('it was posted'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ActionError, String(error));
    assert.doesNotMatch(error.message, /code=1|secret-of/);
    return error;
  }

  const post = async () => target.send(await target.prepare(action), noAbort);

  it("posts the event, signed, to the rule's current URL", async () => {
    const outcome = await post();
    assert.match(outcome.name, /^204 from 127\.0\.0\.1:\d+$/);
    assert.match(outcome.page, /^https:\/\/127\.0\.0\.1:\d+$/);
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = received;
    assert.equal(path, '/hook?code=1');
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['webhook-id'], eventKey);
    assert.equal(headers['webhook-timestamp'], '1700000000');
    const signature = createHmac('sha256', secret)
      .update(`${eventKey}.1700000000.${body}`)
      .digest('base64');
    assert.equal(headers['webhook-signature'], `v1,${signature}`);
    assert.deepEqual(JSON.parse(body), {
      type: 'succeeded',
      timestamp: '2023-11-14T22:14:20.000Z',
      data: {
        event: eventKey,
        late: false,
        argocd: 'prod',
        application: { name: 'shop', namespace: 'argocd', uid: 'uid-1', project: 'default' },
        applicationUrl: 'https://argocd.example.com/applications/shop',
        images: ['registry.example.com/shop:1'],
        message: 'successfully synced',
        operation: {
          startedAt: '2023-11-14T22:13:20.000Z',
          startedBy: 'user',
          user: 'alice',
          revisions: ['abc'],
          revisionChanged: true,
          attempt: 0,
          hooks: [],
          missed: [],
        },
      },
    });
  });

  it('stores no secret with the request', async () => {
    const request = await target.prepare(action);
    assert.doesNotMatch(request, /secret-of|code=1/);
  });

  it('posts the same id and body again', async () => {
    const request = await target.prepare(action);
    await target.send(request, noAbort);
    await target.send(request, noAbort);
    const [first, second] = received;
    assert.equal(first?.body, second?.body);
    assert.equal(first?.headers['webhook-id'], second?.headers['webhook-id']);
    assert.equal(await target.lookUp(), undefined);
  });

  it('posts nothing for a rule that was removed', async () => {
    const request = await target.prepare(action);
    rules = [];
    for (const work of [target.prepare(action), target.send(request, noAbort)]) {
      const error = await errorOf(work);
      assert.equal(error.kind, 'refused');
      assert.match(error.message, /^The configuration has no rule report that posts a webhook/);
    }
    assert.equal(received.length, 0);
  });

  const answers: readonly [
    string,
    (response: ServerResponse, message: IncomingMessage) => void,
    ActionError['kind'],
    number | undefined,
    RegExp,
  ][] = [
    [
      'a refusal',
      (response) => response.writeHead(403).end('who\nare you?'),
      'later',
      undefined,
      /^Could not post to 127\.0\.0\.1:\d+: it returned 403 \(who .?\s*are you\?\)\. Retrying\.$/,
    ],
    [
      'too many',
      (response) => response.writeHead(429, { 'Retry-After': '7' }).end(),
      'later',
      7_000,
      /it returned 429\./,
    ],
    [
      'a redirect',
      (response) => response.writeHead(302, { Location: 'https://127.0.0.1/' }).end(),
      'later',
      undefined,
      /it returned 302\. Redirects are not followed/,
    ],
    [
      'no more',
      (response) => response.writeHead(410).end(),
      'refused',
      undefined,
      /wants no further posts/,
    ],
    ['nothing', (_, message) => message.socket.destroy(), 'later', undefined, /Retrying\.$/],
  ];
  for (const [what, given, kind, retryAfter, says] of answers) {
    it(`classifies a response: ${what}`, async () => {
      answer = given;
      const error = await errorOf(post());
      assert.deepEqual([error.kind, error.retryAfter], [kind, retryAfter]);
      assert.match(error.message, says);
      assert.equal(received.length, 1);
    });
  }

  it("ends with the signal's reason", async () => {
    const abort = new AbortController();
    answer = () => abort.abort(new Error('enough'));
    const request = await target.prepare(action);
    await assert.rejects(target.send(request, abort.signal), /^Error: enough$/);
  });

  it('posts to no link-local address, whatever its host name', async () => {
    rules = [ruleTo('https://metadata.example.com/')];
    await target.close();
    target = new WebhookTarget({
      ...{ rules: () => rules, now: () => now, userAgent: 'test' },
      resolve: (_, __, callback) => callback(null, [{ address: '169.254.169.254', family: 4 }]),
    });
    const error = await errorOf(post());
    assert.match(error.message, /its address is link-local or reserved, not that of a server/);
  });
});
