import assert from 'node:assert/strict';
import { fill } from './fat-store.ts';
import { heapOfTheImage } from './image-heap.ts';
import { Installation } from './installation.ts';

const count = 10_000;

describe(`The handler, with ${count} runs with large results in its store,`, () => {
  it('starts, lists them and works within the heap of the image', async () => {
    const installation = await Installation.open({ keepsRequests: false, validate: false }, false);
    try {
      fill(installation.database, installation.azure.collectionUrl, count);
      await installation.handler.start({ env: { NODE_OPTIONS: heapOfTheImage() } });
      for (const path of ['/', '/?show=reporting', '/?show=ended', '/metrics', '/readyz']) {
        assert.equal((await installation.admin(path)).status, 200, path);
      }
      assert.match((await installation.admin('/')).text, /run-\d+/);
      assert.equal(installation.handler.hasEnded, false, installation.handler.printedNow);
    } finally {
      await installation.close();
    }
  });
});
