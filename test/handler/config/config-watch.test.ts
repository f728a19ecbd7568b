import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../../src/async/clock.ts';
import { ConfigWatch, type ConfigEvents } from '../../../src/handler/config/config-watch.ts';
import { loadConfig } from '../../../src/handler/config/load-config.ts';
import { ManualClock } from '../../follow/manual-clock.ts';
import { folderWith, removeFolders } from './files.ts';
import { printAll } from './whole-config.ts';

/** What a watch has reported, in short lines that a test can wait for. */
class Told implements ConfigEvents {
  readonly lines: string[] = [];
  readonly #changes = new EventEmitter();

  onChange: ConfigEvents['onChange'] = (config, warnings, gaps) => {
    const fixed = warnings.filter(({ path }) => path !== 'encryptionKeys');
    const { logLevel, adminToken, listen } = config;
    this.#tell(
      `changed: ${logLevel} ${adminToken?.reveal() ?? '-'} ${listen.public.port}, ${gaps.length} gaps${printAll(
        fixed,
      )
        .map((line) => `, ${line}`)
        .join('')}`,
    );
  };

  onFault: ConfigEvents['onFault'] = (faults) => {
    this.#tell(`faults: ${faults.map(({ path }) => path).join(' ')}`);
  };

  onUnchanged = () => {
    this.#tell('unchanged');
  };

  async next(): Promise<string> {
    if (this.lines.length === 0) await once(this.#changes, 'line');
    return this.lines.shift() ?? '';
  }

  #tell(line: string): void {
    this.lines.push(line);
    this.#changes.emit('line');
  }
}

describe('The configuration watch', () => {
  let folder: string;
  let told: Told;
  let ends: (() => Promise<void>)[] = [];

  function start(path: string, clock: Clock, signals: EventEmitter = new EventEmitter()) {
    const loaded = loadConfig(path, {});
    assert.ok('config' in loaded.reading);
    const abort = new AbortController();
    const started = { path, env: {}, config: loaded.reading.config, loaded };
    const running = new ConfigWatch(started, told, clock).run(
      abort.signal,
      signals as unknown as NodeJS.Process,
    );
    ends.push(() => {
      abort.abort();
      return running;
    });
    return signals;
  }

  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

  beforeEach(() => {
    told = new Told();
    folder = folderWith({ 'handler.yaml': 'logLevel: info\n' });
  });

  afterEach(async () => {
    await Promise.all(ends.map((end) => end()));
    ends = [];
    removeFolders();
  });

  it('reads a file that was written', async () => {
    start(join(folder, 'handler.yaml'), systemClock);
    write('handler.yaml', 'logLevel: debug\n');
    assert.equal(await told.next(), 'changed: debug - 8080, 5 gaps');
  });

  it('reads a file that an editor replaces, again and again', async () => {
    start(join(folder, 'handler.yaml'), systemClock);
    for (const level of ['debug', 'warn', 'error']) {
      write('handler.yaml.new', `logLevel: ${level}\n`);
      renameSync(join(folder, 'handler.yaml.new'), join(folder, 'handler.yaml'));
      assert.equal(await told.next(), `changed: ${level} - 8080, 5 gaps`);
    }
  });

  it('keeps the previous configuration while a new file has faults, and reports all of them once', async () => {
    start(join(folder, 'handler.yaml'), systemClock);
    write('handler.yaml', 'logLevel: loud\nretention: 1\n');
    assert.equal(await told.next(), 'faults: logLevel retention');
    write('handler.yaml', 'logLevel: warn\n');
    assert.equal(await told.next(), 'changed: warn - 8080, 5 gaps');
  });

  it('reports a missing file, and its return', async () => {
    start(join(folder, 'handler.yaml'), systemClock);
    rmSync(join(folder, 'handler.yaml'));
    assert.equal(await told.next(), 'faults: ');
    write('handler.yaml', 'logLevel: warn\n');
    assert.equal(await told.next(), 'changed: warn - 8080, 5 gaps');
  });

  it('reads secrets that are renewed in another folder', async () => {
    const other = folderWith({ token: 'old-token-of-the-admin' });
    write('handler.yaml', `adminToken: '\${file:${other}/token}'\n`);
    start(join(folder, 'handler.yaml'), systemClock);
    writeFileSync(join(other, 'token'), 'new-token-of-the-admin');
    assert.equal(await told.next(), 'changed: info new-token-of-the-admin 8080, 5 gaps');
  });

  it('watches folders that a new file refers to', async () => {
    const other = folderWith({ token: 'old-token-of-the-admin' });
    start(join(folder, 'handler.yaml'), systemClock);
    write('handler.yaml', `adminToken: '\${file:${other}/token}'\n`);
    assert.equal(await told.next(), 'changed: info old-token-of-the-admin 8080, 5 gaps');
    writeFileSync(join(other, 'token'), 'new-token-of-the-admin');
    assert.equal(await told.next(), 'changed: info new-token-of-the-admin 8080, 5 gaps');
  });

  it('follows the links by which Kubernetes updates a ConfigMap', async () => {
    const mount = folderWith({});
    const put = (version: string, level: string) => {
      mkdirSync(join(mount, version));
      writeFileSync(join(mount, version, 'handler.yaml'), `logLevel: ${level}\n`);
      symlinkSync(version, join(mount, '..data_tmp'));
      renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
    };
    put('..2026_01_01', 'info');
    symlinkSync('..data/handler.yaml', join(mount, 'handler.yaml'));
    start(join(mount, 'handler.yaml'), systemClock);
    put('..2026_01_02', 'debug');
    assert.equal(await told.next(), 'changed: debug - 8080, 5 gaps');
    rmSync(join(mount, '..2026_01_01'), { recursive: true });
    put('..2026_01_03', 'warn');
    assert.equal(await told.next(), 'changed: warn - 8080, 5 gaps');
  });

  it('says what needs a restart, and keeps its value', async () => {
    start(join(folder, 'handler.yaml'), systemClock);
    write('handler.yaml', 'listen: { public: 127.0.0.1:1 }\n');
    assert.match(
      await told.next(),
      /^changed: info - 8080, 5 gaps, handler\.yaml: listen\.public "127\.0\.0\.1:1": it cannot change while/,
    );
  });

  it('reads at SIGHUP, and says so if nothing has changed', async () => {
    start(join(folder, 'handler.yaml'), systemClock, process);
    process.kill(process.pid, 'SIGHUP');
    assert.equal(await told.next(), 'unchanged');
    assert.equal(process.listenerCount('SIGHUP'), 1);
  });

  it('ignores the signal after it has ended', async () => {
    const signals = start(join(folder, 'handler.yaml'), systemClock);
    assert.equal(signals.listenerCount('SIGHUP'), 1);
    await ends.pop()?.();
    assert.equal(signals.listenerCount('SIGHUP'), 0);
  });

  describe('in a folder without change notifications', () => {
    let clock: ManualClock;
    let path: string;

    beforeEach(() => {
      clock = new ManualClock();
      const outer = folderWith({ 'inner/handler.yaml': 'logLevel: info\n' });
      path = join(outer, 'inner/handler.yaml');
      start(path, clock);
      // A watch on the old folder reports nothing about the new one.
      renameSync(join(outer, 'inner'), join(outer, 'old'));
      mkdirSync(join(outer, 'inner'));
    });

    it('finds changes within half a minute', async () => {
      writeFileSync(path, 'logLevel: debug\n');
      await clock.pass(30_000);
      assert.deepEqual(told.lines, ['changed: debug - 8080, 5 gaps']);
    });

    it('reports nothing without changes', async () => {
      writeFileSync(path, 'logLevel: info\n');
      await clock.pass(3_600_000);
      assert.deepEqual(told.lines, []);
    });
  });

  it('waits until a file that is written in steps is complete', async () => {
    const clock = new ManualClock();
    const signals = start(join(folder, 'handler.yaml'), clock);
    write('handler.yaml', 'logLevel: [');
    signals.emit('SIGHUP');
    await clock.pass(200);
    write('handler.yaml', 'logLevel: debug');
    signals.emit('SIGHUP');
    await clock.pass(200);
    assert.deepEqual(told.lines, []);
    await clock.pass(250);
    assert.deepEqual(told.lines, ['changed: debug - 8080, 5 gaps']);
  });

  it('reads even if changes never stop', async () => {
    const clock = new ManualClock();
    const signals = start(join(folder, 'handler.yaml'), clock);
    write('handler.yaml', 'logLevel: debug');
    for (let step = 0; step < 60 && told.lines.length === 0; step++) {
      signals.emit('SIGHUP');
      await clock.pass(100);
    }
    assert.deepEqual(told.lines, ['changed: debug - 8080, 5 gaps']);
  });
});
