import assert from 'node:assert/strict';
import { platform } from 'node:os';
import { describe, it } from 'mocha';
import {
  difference,
  peakMemory,
  processorTime,
  residentMemory,
  threadTime,
} from '../../../scripts/bench/process-usage.ts';

const isLinux = platform() === 'linux';

describe('The resource usage of a process', () => {
  it('includes its memory, as Node itself reports it', () => {
    const megabytes = process.memoryUsage.rss() / 1024 / 1024;
    const memory = residentMemory(process.pid);
    if (isLinux) assert.ok(Math.abs((memory ?? NaN) - megabytes) < 20, `${memory}, ${megabytes}`);
    else assert.equal(memory, undefined);
  });

  it('includes its peak memory', () => {
    const peak = peakMemory(process.pid);
    if (isLinux) assert.ok((peak ?? NaN) >= (residentMemory(process.pid) ?? NaN) - 20, `${peak}`);
    else assert.equal(peak, undefined);
  });

  it('includes its processor time, as Node itself reports it', () => {
    const { user, system } = process.cpuUsage();
    const seconds = (user + system) / 1e6;
    const time = processorTime(process.pid);
    if (isLinux) assert.ok(Math.abs((time ?? NaN) - seconds) < 0.2, `${time}, ${seconds}`);
    else assert.equal(time, undefined);
  });

  it('is the processor time of its threads', () => {
    const time = threadTime(process.pid);
    const { user, system } = process.cpuUsage();
    // Threads that have ended are only in Node's figure.
    const most = (user + system) / 1e3 + 50;
    if (isLinux) assert.ok(time !== undefined && time > 0 && time <= most, `${time}, ${most}`);
    else assert.equal(time, undefined);
  });

  it('is unknown for a process that has ended', () => {
    assert.equal(threadTime(2 ** 30), undefined);
    assert.equal(residentMemory(2 ** 30), undefined);
    assert.equal(peakMemory(2 ** 30), undefined);
    assert.equal(processorTime(2 ** 30), undefined);
  });

  it('is known over a period only if it is known at both ends', () => {
    assert.equal(difference(1, 3), 2);
    assert.equal(difference(undefined, 3), undefined);
    assert.equal(difference(1, undefined), undefined);
  });
});
