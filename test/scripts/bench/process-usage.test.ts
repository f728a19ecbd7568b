import assert from 'node:assert/strict';
import { platform } from 'node:os';
import { describe, it } from 'mocha';
import {
  difference,
  peakMemory,
  processorTime,
  residentMemory,
} from '../../../scripts/bench/process-usage.ts';

const isLinux = platform() === 'linux';

describe('What a process uses', () => {
  it('is its memory, as Node itself knows it', () => {
    const megabytes = process.memoryUsage.rss() / 1024 / 1024;
    const memory = residentMemory(process.pid);
    if (isLinux) assert.ok(Math.abs((memory ?? NaN) - megabytes) < 20, `${memory}, ${megabytes}`);
    else assert.equal(memory, undefined);
  });

  it('is the most memory that it has had', () => {
    const peak = peakMemory(process.pid);
    if (isLinux) assert.ok((peak ?? NaN) >= (residentMemory(process.pid) ?? NaN) - 20, `${peak}`);
    else assert.equal(peak, undefined);
  });

  it('is its processor time, as Node itself knows it', () => {
    const { user, system } = process.cpuUsage();
    const seconds = (user + system) / 1e6;
    const time = processorTime(process.pid);
    if (isLinux) assert.ok(Math.abs((time ?? NaN) - seconds) < 0.2, `${time}, ${seconds}`);
    else assert.equal(time, undefined);
  });

  it('is unknown of a process that is gone', () => {
    assert.equal(residentMemory(2 ** 30), undefined);
    assert.equal(peakMemory(2 ** 30), undefined);
    assert.equal(processorTime(2 ** 30), undefined);
  });

  it('is known over a time only where it is known at both ends', () => {
    assert.equal(difference(1, 3), 2);
    assert.equal(difference(undefined, 3), undefined);
    assert.equal(difference(1, undefined), undefined);
  });
});
