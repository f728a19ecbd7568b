import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import sinon from 'sinon';
import { readEvents } from '../../../src/argocd/rest/event-stream.ts';

async function messagesOf(chunks: readonly Uint8Array[]): Promise<(string | undefined)[]> {
  const messages: (string | undefined)[] = [];
  // Readable.from passes each chunk on unchanged, like a socket does.
  for await (const message of readEvents(Readable.from(chunks, { objectMode: false }))) {
    messages.push(message);
  }
  return messages;
}

function split(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const cuts = [0, ...[...at].sort((a, b) => a - b), bytes.length];
  return cuts
    .slice(1)
    .map((end, index) => bytes.subarray(cuts[index], end))
    .filter(({ length }) => length > 0);
}

describe('The event stream', () => {
  it('is read as Argo CD writes it, with spaces, empty lines and heartbeats', async () => {
    const text = 'data: {"result":1} \n\n\n:\ndata: {"result":2} \n\n\n';
    const messages = await messagesOf([Buffer.from(text)]);
    assert.deepEqual(messages, ['{"result":1}', undefined, '{"result":2}']);
  });

  it('is read with carriage returns, without a space, and with unknown fields', async () => {
    const text = ': hello\r\nevent: x\r\nid: 1\r\ndata:{"a":1}\r\n\r\nretry: 10\r\n';
    assert.deepEqual(await messagesOf([Buffer.from(text)]), [undefined, '{"a":1}']);
  });

  it('ends silently when it is closed, even within a heartbeat or before any data', async () => {
    for (const text of ['', '\n', ':', 'data: {"a":1} \n']) {
      const messages = await messagesOf(text === '' ? [] : [Buffer.from(text)]);
      assert.deepEqual(messages, text.startsWith('data') ? ['{"a":1}'] : []);
    }
  });

  it('reports the error that ends it, which has no line end', async () => {
    const error = '{"error":{"grpc_code":14,"http_code":503,"message":"away"}}';
    const messages = await messagesOf([Buffer.from(`data: {"a":1} \n\n\n${error}`)]);
    assert.deepEqual(messages, ['{"a":1}', error]);
  });

  it('delivers a message as soon as its line is complete', async () => {
    const body = new Readable({ read: () => undefined });
    const events = readEvents(body);
    body.push('data: {"a":1}\n');
    assert.deepEqual(await events.next(), { done: false, value: '{"a":1}' });
    body.push(':\n');
    assert.deepEqual(await events.next(), { done: false, value: undefined });
    body.destroy();
  });

  it('scans each character of a long message once, however small the chunks', async () => {
    const indexOf = sinon.spy(String.prototype, 'indexOf');
    try {
      const text = `data: {"a":"${'x'.repeat(1_000_000)}"}\n`;
      const pieces = Array.from({ length: 1_001 }, (_, index) =>
        Buffer.from(text.slice(index * 1_000, (index + 1) * 1_000)),
      ).filter(({ length }) => length > 0);
      const messages = await messagesOf(pieces);
      assert.deepEqual(messages, [text.slice(6, -1)]);
      const looks = indexOf.thisValues.reduce((sum: number, value) => {
        return sum + String(value).length;
      }, 0);
      assert.ok(looks < 3 * text.length, `${looks} characters`);
    } finally {
      indexOf.restore();
    }
  });

  it('is given up if a line does not end', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const endless = Readable.from(
      (function* () {
        for (;;) yield chunk;
      })(),
      { objectMode: false },
    );
    await assert.rejects(readEvents(endless).next(), /an overlong line/);
    assert.equal(endless.destroyed, true);
  });

  it('fails if its connection fails', async () => {
    const body = new Readable({ read: () => undefined });
    const next = readEvents(body).next();
    body.destroy(new Error('reset'));
    await assert.rejects(next, /reset/);
  });

  it('reads the same wherever its chunks are cut, even within a character', async () => {
    const message = fc.option(fc.string({ unit: 'grapheme', maxLength: 20 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        async (values, cuts) => {
          const messages = values.map((value) => value && JSON.stringify({ 'ü💥': value }));
          const lines = messages.map((json) => (json ? `data: ${json} \n\n\n` : ':\n'));
          const bytes = Buffer.from(lines.join(''));
          const chunks = split(
            bytes,
            cuts.map((cut) => cut % (bytes.length + 1)),
          );
          const expected = messages.map((json) => json || undefined);
          assert.deepEqual(await messagesOf(chunks), expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads any input without an internal error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 })), async (chunks) => {
        await messagesOf(chunks);
      }),
      { numRuns: 200 },
    );
  });
});
