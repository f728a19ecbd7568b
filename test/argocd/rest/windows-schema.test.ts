import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { windowsSchema } from '../../../src/argocd/rest/windows-schema.ts';
import { readRecording } from '../../../simulators/argo-cd/recording.ts';

describe('Sync windows', () => {
  it('are read from each recorded response', () => {
    const bodies = readRecording('window-closed')
      .filter(({ request }) => request?.path.includes('/syncwindows'))
      .map(({ response }) => z.parse(windowsSchema, response?.body));
    const window = { kind: 'deny', schedule: '* * * * *', duration: '1h', manualSync: false };
    assert.deepEqual(bodies, [
      { activeWindows: [window], assignedWindows: [window], canSync: false },
      { activeWindows: [], assignedWindows: [], canSync: true },
    ]);
  });

  it('are closed and unnamed if Argo CD omits everything', () => {
    const nothing = { activeWindows: [], assignedWindows: [], canSync: false };
    assert.deepEqual(z.parse(windowsSchema, {}), nothing);
    const nulls = { activeWindows: null, assignedWindows: null, canSync: null };
    assert.deepEqual(z.parse(windowsSchema, nulls), nothing);
    assert.deepEqual(z.parse(windowsSchema, { activeWindows: [{}] }).activeWindows, [
      { kind: '', schedule: '', duration: '', manualSync: false },
    ]);
  });
});
