import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'mocha';
import {
  assertAcknowledged,
  sendSteadily,
  syncRequest,
} from '../../../../scripts/bench/handler/requests.ts';
import { readBody } from '../../../../src/handler/http/sections.ts';
import { syncSections } from '../../../../src/handler/http/sync-sections.ts';

const job = {
  projectId: '5b1e4f6a-0a9b-4a39-8c3b-2f3f0f7a1c11',
  planId: '7a1c6b52-3d0e-4f7a-9c55-0d6a3f0b1e21',
  jobId: '12f1170f-54f2-53f3-20dd-22fc7dff55f9',
  timelineId: '7a1c6b52-3d0e-4f7a-9c55-0d6a3f0b1e21',
  taskInstanceId: '9c3e8943-130d-4c78-ac63-8af81df62dfb',
  token: 'job-token',
};
const request = syncRequest(job, 'http://127.0.0.1/fabrikam', { applications: 'shop-1' });

describe("The bench's requests", () => {
  it('are accepted by the handler', () => {
    const reading = readBody(
      request.body,
      request.headers['Content-Type'],
      job.planId,
      syncSections,
    );
    assert.ok('sections' in reading);
    assert.equal(reading.sections.get('applications'), 'shop-1');
  });

  it('are sent when they are due, however long others wait, and timed from then on', async () => {
    const count = 20;
    const held: ServerResponse[] = [];
    // Nothing is answered before all have arrived: a client that waited for responses would wait
    // forever.
    const server = createServer((incoming, response) => {
      incoming.resume();
      held.push(response);
      if (held.length < count) return;
      for (const one of held) one.writeHead(202).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const perSecond = 200;
    const answers = await sendSteadily(
      `http://127.0.0.1:${port}`,
      Array.from({ length: count }, () => request),
      perSecond,
    );
    server.close();
    assertAcknowledged(answers);
    const [first, last] = [answers[0], answers.at(-1)];
    assert.ok(first && last);
    assert.equal(Math.round(last.dueAt - first.dueAt), ((count - 1) * 1_000) / perSecond);
    assert.ok(first.answeredAt - first.dueAt >= last.dueAt - first.dueAt);
  });

  it('report one that was not acknowledged', () => {
    const answer = { dueAt: 0, answeredAt: 1, status: 202 };
    assert.throws(
      () => assertAcknowledged([answer, { ...answer, status: 503 }, { ...answer, status: 0 }]),
      /2 of 3 were not acknowledged: 503, 0/,
    );
  });
});
