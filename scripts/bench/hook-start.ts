import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { findNode } from '../../simulators/agent/node-runtime.ts';
import { hookBundle } from '../bundle.ts';
import type { Figure } from './figure.ts';
import { monotonicTime } from './monotonic-time.ts';
import { median } from './percentile.ts';
import { threadTime } from './process-usage.ts';

const rounds = 15;

/**
 * From the start of the hook's process to the first request that the handler sees: the time that passes, and
 * that of the processor, which says the same on a busy machine.
 */
export async function measureHookStart(temporaryFolder: string): Promise<readonly Figure[]> {
  const node = findNode(24);
  if (node === undefined) return [];
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const token = join(temporaryFolder, 'hook-token');
  writeFileSync(token, 'a.b.c\n');
  const env = {
    ...{ HOOK_HANDLER: `http://127.0.0.1:${port}`, ARGOCD_APP_NAME: 'shop' },
    ...{ HOOK_JOB: 'smoke-tests', HOOK_NAMESPACE: 'shop' },
  };
  const words = ['queue', '--pipeline', 'shop/smoke-tests', '--token-file', token];
  const times: number[] = [];
  const used: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = monotonicTime();
    const child = spawn(node, [hookBundle.outfile, ...words], { env, stdio: 'ignore' });
    const ended = once(child, 'exit');
    await once(server, 'request');
    times.push(monotonicTime() - startedAt);
    const processor = threadTime(child.pid ?? 0);
    if (processor !== undefined) used.push(processor);
    child.kill('SIGKILL');
    await ended;
  }
  server.closeAllConnections();
  server.close();
  const what = 'hook command, Node 24: start to first request';
  return [
    { what, value: median(times), unit: 'ms', goal: 200 },
    {
      what: `${what}, processor`,
      value: used.length === 0 ? undefined : median(used),
      unit: 'ms',
    },
  ];
}
