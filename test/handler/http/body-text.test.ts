import assert from 'node:assert/strict';
import { longestBody, readText } from '../../../src/handler/http/body-text.ts';

function request(chunks: readonly Uint8Array[], headers: Readonly<Record<string, string>> = {}) {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  return new Request('http://handler/', { method: 'POST', body, headers, duplex: 'half' });
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('The text of a body', () => {
  it('is joined from its chunks, even if they split a character', () => {
    const [first, ...rest] = bytes('ü and more');
    assert.ok(first);
    const parts = [new Uint8Array([first]), new Uint8Array(rest)];
    return readText(request(parts)).then((text) => assert.equal(text, 'ü and more'));
  });

  it('is empty without a body', async () => {
    assert.equal(await readText(new Request('http://handler/', { method: 'POST' })), '');
  });

  it('may be as long as allowed, and no longer', async () => {
    const full = 'x'.repeat(longestBody);
    assert.equal(await readText(request([bytes(full)])), full);
    assert.equal(await readText(request([bytes(full), bytes('x')])), undefined);
    const claimed = (length: number) => ({ 'Content-Length': String(length) });
    assert.equal(await readText(request([bytes('x')], claimed(longestBody))), 'x');
    assert.equal(await readText(request([bytes('x')], claimed(longestBody + 1))), undefined);
  });

  it('counts the received bytes of a chunked body, whatever length is claimed', async () => {
    const headers = { 'Content-Length': '1', 'Transfer-Encoding': 'chunked' };
    assert.equal(await readText(request([bytes('x'.repeat(longestBody + 1))], headers)), undefined);
  });

  it('rejects if it breaks off', async () => {
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('gone')) });
    const broken = new Request('http://handler/', { method: 'POST', body, duplex: 'half' });
    await assert.rejects(readText(broken), /gone/);
  });
});
