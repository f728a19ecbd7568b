import assert from 'node:assert/strict';
import { ArgoCDError } from '../../../src/argocd/argocd-error.ts';
import type { ArgoCDInstance } from '../../../src/handler/config/config.ts';
import { Instances, type Instance } from '../../../src/handler/watch/instances.ts';
import { Secret } from '../../../src/secret.ts';
import { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';
import { VirtualTime } from '../../virtual-time.ts';

describe('The instances of Argo CD', function () {
  this.timeout(20_000);
  const simulators: ArgoCDSimulator[] = [];
  let time: VirtualTime;
  let observed: string[];
  let reached: ArgoCDInstance[];
  let instances: Instances;

  beforeEach(() => {
    time = new VirtualTime();
    observed = [];
    reached = [];
    instances = new Instances({
      clock: time,
      random: () => 0.5,
      contacts: {
        has: ({ url }) => reached.some((one) => one.url === url),
        make: (instance) => reached.push(instance),
      },
      observe: (argocd, { route, status }) => observed.push(`${argocd} ${route} ${status}`),
      onFault: (_, error) => {
        throw error;
      },
    });
  });
  afterEach(async () => {
    await instances.close();
    await Promise.all(simulators.splice(0).map((simulator) => simulator.stop()));
    time.clock.stop();
  });

  async function simulate(...names: string[]): Promise<ArgoCDSimulator> {
    const simulator = await ArgoCDSimulator.start({ clock: time.clock });
    simulators.push(simulator);
    for (const name of names) simulator.createApplication(name);
    return simulator;
  }

  const configOf = (
    { url, token }: { readonly url: string; readonly token: string },
    change: Partial<ArgoCDInstance> = {},
  ): ArgoCDInstance => ({
    name: 'prod',
    url,
    namespace: 'argocd',
    token: new Secret(token),
    ca: undefined,
    skipTlsVerify: false,
    publicUrl: undefined,
    ...change,
  });
  const find = (name = 'prod'): Instance => {
    const found = instances.find(name);
    assert.ok(found, `there is no ${name}`);
    return found;
  };
  const until = (test: () => boolean) => time.until(test);
  const has = (name: string, from = 'prod') =>
    find(from).watch.look({ name }, () => true).kind === 'known';

  it("mention the handler's configuration if one cannot be reached", async () => {
    instances.configure([configOf({ url: 'http://127.0.0.1:1', token: 'token' })]);
    const { signal } = new AbortController();
    await assert.rejects(find().argocd.get({ name: 'shop', project: '' }, { signal }), (error) => {
      assert.ok(error instanceof ArgoCDError);
      const told = `${error.message} ${error.advice ?? ''}`;
      assert.match(told, /the configuration of the handler/);
      assert.doesNotMatch(told, /service connection|agent/);
      return true;
    });
  });

  it('are watched as soon as they are configured', async () => {
    const [prod, test] = [await simulate('shop', 'web'), await simulate('lab')];
    instances.configure([configOf(prod), configOf(test, { name: 'test' })]);
    await until(() => has('shop') && has('web') && has('lab', 'test'));
    assert.equal(instances.find('other'), undefined);
    const [first, second] = instances.status();
    assert.deepEqual(
      [first?.name, first?.page, first?.applications, second?.name, second?.applications],
      ['prod', prod.url, 2, 'test', 1],
    );
    assert.deepEqual(
      instances.figures().map(({ argocd, isStreaming, reconnects }) => ({
        ...{ argocd, isStreaming, reconnects },
      })),
      [
        { argocd: 'prod', isStreaming: true, reconnects: 0 },
        { argocd: 'test', isStreaming: true, reconnects: 0 },
      ],
    );
    await until(() => instances.figures().every(({ listAge }) => (listAge ?? 99) < 60));
    assert.ok(observed.includes('prod GET /api/v1/applications 200'));
    assert.ok(observed.includes('test GET /api/v1/stream/applications 200'));
  });

  it('record their first response, and count an earlier one as theirs', async () => {
    const [blue, green] = [await simulate('shop'), await simulate('web')];
    const gone = { url: 'http://127.0.0.1:1', token: 'none' };
    instances.configure([configOf(blue)]);
    assert.equal(find().watch.contact.isMade, false);
    await until(() => has('shop'));
    assert.deepEqual(
      [find().watch.contact.isMade, reached.map(({ url }) => url)],
      [true, [blue.url]],
    );
    instances.configure([configOf(gone)]);
    assert.equal(find().watch.contact.isMade, false);
    reached.push(configOf(green));
    instances.configure([configOf(green), configOf(gone, { name: 'gone' })]);
    assert.equal(find().watch.contact.isMade, true);
    assert.equal(find('gone').watch.contact.isMade, false);
  });

  it('stay the same if nothing was changed', async () => {
    const prod = await simulate('shop');
    instances.configure([configOf(prod)]);
    await until(() => has('shop'));
    const before = find();
    instances.configure([configOf(prod)]);
    assert.equal(find().watch, before.watch);
    assert.equal(has('shop'), true);
    assert.equal(prod.openStreams, 1);
  });

  it('keep their followers if the token is replaced', async () => {
    const prod = await simulate('shop');
    instances.configure([configOf(prod)]);
    await until(() => has('shop'));
    const { watch, argocd } = find();
    let heard = 0;
    const stop = watch.listen('shop', () => (heard += 1));
    const token = prod.issueToken('ci', 3_600_000);
    prod.revokeToken(prod.token);
    prod.closeStreams();
    instances.configure([configOf({ url: prod.url, token })]);
    await until(() => has('shop'));
    assert.equal(find().watch, watch);
    const before = heard;
    prod.annotate('shop', { note: 'changed' });
    await until(() => heard > before);
    const address = { name: 'shop', project: '' };
    const { name } = await argocd.get(address, { signal: new AbortController().signal });
    assert.equal(name, 'shop');
    stop();
  });

  it('forget everything about the previous server if the URL is replaced', async () => {
    const [blue, green] = [await simulate('shop'), await simulate('web')];
    instances.configure([configOf(blue)]);
    await until(() => has('shop'));
    instances.configure([configOf(green, { publicUrl: 'https://argocd.example.com' })]);
    assert.equal(find().watch.look({ name: 'shop' }, () => true).kind, 'unclear');
    await until(() => has('web'));
    await until(() => find().watch.look({ name: 'shop' }, () => true).kind === 'absent');
    assert.equal(find().page, 'https://argocd.example.com');
    assert.equal(
      find().argocd.pageOf({ name: 'web' }),
      'https://argocd.example.com/applications/web',
    );
    assert.equal(blue.openStreams, 0);
  });

  it('start again if their namespace changes', async () => {
    const prod = await simulate('shop');
    instances.configure([configOf(prod)]);
    const before = find().watch;
    instances.configure([configOf(prod, { namespace: 'gitops' })]);
    assert.notEqual(find().watch, before);
    await until(() => find().watch.look({ name: 'shop' }, () => true).kind === 'absent');
    assert.equal(
      find().watch.look({ name: 'shop', namespace: 'argocd' }, () => true).kind,
      'known',
    );
  });

  it('continue to be watched after their removal until no run follows them', async () => {
    const prod = await simulate('shop');
    instances.configure([configOf(prod)]);
    await until(() => has('shop'));
    const { watch } = find();
    let heard = 0;
    const stop = watch.listen('shop', () => (heard += 1));
    instances.configure([]);
    assert.equal(instances.find('prod'), undefined);
    assert.deepEqual(instances.status(), []);
    await time.clock.sleep(120_000);
    prod.annotate('shop', { note: 'changed' });
    await until(() => heard > 0);
    stop();
    await until(() => prod.openStreams === 0);
  });

  it('are all released at the end', async () => {
    const prod = await simulate('shop');
    instances.configure([configOf(prod)]);
    await until(() => has('shop'));
    find().watch.listen('shop', () => undefined);
    await instances.close();
    await until(() => prod.openStreams === 0);
    assert.equal(instances.find('prod'), undefined);
  });
});
