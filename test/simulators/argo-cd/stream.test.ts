import assert from 'node:assert/strict';
import { configMap, files } from '../../manifests.ts';
import { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';

/**
 * Opens a stream; `until` resolves with its whole text once that has the wanted number of matches.
 */
async function open(
  argocd: ArgoCDSimulator,
  query: string,
  accept = 'text/event-stream',
): Promise<{
  contentType: string | null;
  until: (wanted: RegExp, count?: number) => Promise<string>;
}> {
  const response = await fetch(`${argocd.url}/api/v1/stream/applications${query}`, {
    headers: { Authorization: `Bearer ${argocd.token}`, Accept: accept },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert(reader);
  let text = '';
  const until = async (wanted: RegExp, count = 1) => {
    while ((text.match(new RegExp(wanted, 'g')) ?? []).length < count) {
      const { value, done } = await reader.read();
      if (done) return `${text}<end>`;
      text += value;
    }
    return text;
  };
  return { contentType: response.headers.get('content-type'), until };
}

describe("The simulator's application stream", () => {
  let argocd: ArgoCDSimulator;

  beforeEach(async () => {
    argocd = await ArgoCDSimulator.start({ timeScale: Infinity });
    argocd.commit('shop', files(configMap('settings')));
    argocd.createApplication('shop');
    argocd.advance(100);
  });
  afterEach(() => argocd.stop());

  it('sends the current state first, as server-sent events', async () => {
    const { contentType, until } = await open(argocd, '?name=shop');
    assert.equal(contentType, 'text/event-stream');
    assert.match(await until(/\n\n\n/), /^data: \{"result":\{"type":"ADDED",.*\} \n\n\n$/);
  });

  it('sends lines of JSON for any other Accept header', async () => {
    const { contentType, until } = await open(argocd, '?name=shop', 'application/json');
    assert.equal(contentType, 'application/json');
    assert.match(await until(/\n/), /^\{"result":\{"type":"ADDED",.*\}\n$/);
  });

  it('sends a heartbeat every 15 seconds', async () => {
    const { until } = await open(argocd, '?name=shop');
    await until(/ADDED/);
    argocd.advance(45_000);
    assert.equal((await until(/^:$/m, 0)).includes('MODIFIED'), false);
    assert.match(await until(/\n:/, 3), /:\n:\n:/);
  });

  it('filters fields, and omits what then equals the previous message', async () => {
    const { until } = await open(
      argocd,
      '?name=shop&fields=result.type,result.application.status.sync.status',
    );
    await until(/ADDED/);
    argocd.annotate('shop', { one: '1' });
    argocd.annotate('shop', { two: '2' });
    argocd.deleteApplication('shop');
    const text = await until(/DELETED/);
    assert.equal(text.match(/data:/g)?.length, 3);
    assert.match(
      text,
      /\{"result":\{"application":\{"status":\{"sync":\{"status":"OutOfSync"\}\}\},"type":"ADDED"\}\}/,
    );
  });

  it('sends nothing about missing or hidden applications', async () => {
    const { until } = await open(argocd, '?name=gone');
    argocd.annotate('shop', { one: '1' });
    argocd.advance(15_000);
    assert.equal(await until(/:/), ':\n');
  });

  it('does not replay what happened before the resource version', async () => {
    const version = argocd.application('shop')?.metadata.resourceVersion ?? '';
    const { until } = await open(argocd, `?resourceVersion=${Number(version) + 1}`);
    argocd.annotate('shop', { one: '1' });
    assert.doesNotMatch(await until(/data:/), /ADDED/);
  });

  const faults = [
    [
      'ends after as many events as told',
      { kind: 'closingStream', afterEvents: 1 },
      /ADDED.*<end>$/s,
    ],
    [
      'omits the events that it is to lose',
      { kind: 'losingStream', loses: ({ type }: { type: string }) => type === 'ADDED' },
      /^data: \{"result":\{"type":"MODIFIED"/,
    ],
  ] as const;
  for (const [what, fault, expected] of faults) {
    it(`${what}, with that fault`, async () => {
      argocd.faults.add({ path: '/api/v1/stream/applications', fault });
      const { until } = await open(argocd, '?name=shop');
      argocd.annotate('shop', { one: '1' });
      assert.match(await until(/MODIFIED/), expected);
    });
  }

  it('opens and stays silent, with that fault', async () => {
    argocd.faults.add({ path: /stream/, fault: { kind: 'silentStream' } });
    const { until } = await open(argocd, '?name=shop');
    argocd.annotate('shop', { one: '1' });
    argocd.advance(60_000);
    argocd.closeStreams();
    assert.equal(await until(/:/), '<end>');
  });

  it('lags behind GET by as much as told, like lists do', async () => {
    argocd.informerLag = 500;
    const { until } = await open(argocd, '?name=shop');
    await until(/ADDED/);
    argocd.annotate('shop', { one: '1' });
    const at: number[] = [];
    argocd.watch(() => at.push(argocd.now));
    const asked = argocd.now;
    argocd.advance(1000);
    await until(/MODIFIED/);
    assert.deepEqual(at, [asked + 500]);
  });

  it('counts the open streams', async () => {
    const { until } = await open(argocd, '?name=shop');
    await until(/ADDED/);
    assert.equal(argocd.openStreams, 1);
    argocd.closeStreams();
    await until(/<never>/);
    assert.equal(argocd.openStreams, 0);
  });
});
