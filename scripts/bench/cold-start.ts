import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findNode, type NodeMajor } from '../../simulators/agent/node-runtime.ts';
import type { Figure } from './figure.ts';
import { monotonicTime } from './monotonic-time.ts';
import { median } from './percentile.ts';
import { startTask } from './task-process.ts';

const rounds = 15;
const majors: readonly NodeMajor[] = [20, 24];
const goal = 50;

/** From the start of the process to the first request at a server, compared with a Node that does nothing. */
export async function measureColdStart(temporaryFolder: string): Promise<readonly Figure[]> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const startToRequest = async (node: string) => {
    const task = startTask({
      node,
      inputs: { applications: 'shop', project: 'default' },
      connection: { url: `http://127.0.0.1:${port}`, token: 'token' },
      temporaryFolder,
    });
    await once(server, 'request');
    const seenAt = monotonicTime();
    task.kill();
    await task.ended;
    return seenAt - task.startedAt;
  };
  const figures: Figure[] = [];
  for (const major of majors) {
    const node = findNode(major);
    figures.push(...(node === undefined ? [] : await compare(major, node, startToRequest)));
  }
  server.closeAllConnections();
  server.close();
  return figures;
}

async function compare(
  major: NodeMajor,
  node: string,
  startToRequest: (node: string) => Promise<number>,
): Promise<readonly Figure[]> {
  const bare: number[] = [];
  const bundle: number[] = [];
  // Alternating, so that other work on the machine slows down both.
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await startToEnd(node));
    bundle.push(await startToRequest(node));
  }
  const what = `cold start, Node ${major}`;
  return [
    { what: `${what}: node -e 0, start to end`, value: median(bare), unit: 'ms' },
    { what: `${what}: task, start to first request`, value: median(bundle), unit: 'ms' },
    {
      what: `${what}: the task's own part`,
      value: median(bundle) - median(bare),
      unit: 'ms',
      goal,
    },
  ];
}

/** As tasks get it: Node's own variables cost time (`NODE_EXTRA_CA_CERTS`: 35 ms on Node 20). */
const bareEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_')),
);

async function startToEnd(node: string): Promise<number> {
  const startedAt = monotonicTime();
  await once(spawn(node, ['-e', '0'], { stdio: 'ignore', env: bareEnvironment }), 'exit');
  return monotonicTime() - startedAt;
}
