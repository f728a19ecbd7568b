import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { PodProcesses, type Pod } from '../../../simulators/kubernetes/pod-process.ts';

const script = `
const { readFileSync } = require('node:fs');
const [word, flag, file] = process.argv.slice(1);
console.log([word, flag, readFileSync(file, 'utf8')].join(' '));
console.log([process.env.JOB, process.env.URL, process.env.PATH].join(' '));
process.exit(3);
`;

const pod: Pod = {
  metadata: { name: 'smoke-x7', namespace: 'shop', labels: { 'job-name': 'smoke' } },
  spec: {
    serviceAccountName: 'hooks',
    containers: [
      {
        command: ['node', '/app/hook.js'],
        args: ['queue'],
        env: [
          { name: 'JOB', valueFrom: { fieldRef: { fieldPath: "metadata.labels['job-name']" } } },
          { name: 'URL', value: 'http://handler.svc' },
        ],
        volumeMounts: [{ name: 'token', mountPath: '/token' }],
      },
    ],
    volumes: [
      {
        name: 'token',
        projected: { sources: [{ serviceAccountToken: { path: 'token', audience: 'handler' } }] },
      },
    ],
  },
};

describe('The process of a pod', () => {
  const processes = new PodProcesses({
    programs: { 'node /app/hook.js': [process.execPath, '-e', script, '--'] },
    services: { 'http://handler.svc': 'http://127.0.0.1:1' },
    mounted: (folderOf) => ['--token-file', `${folderOf('/token')}/token`],
    issueToken: ({ namespace, serviceAccount, pod: name = '', audiences }) =>
      [namespace, serviceAccount, name, ...audiences].join('/'),
  });

  it('has only the arguments, environment and token of its manifest', async () => {
    const lines: string[] = [];
    assert.equal(await processes.run(pod, (text) => lines.push(text)), 3);
    assert.deepEqual(lines, [
      'queue --token-file shop/hooks/smoke-x7/handler',
      'smoke http://127.0.0.1:1 ',
    ]);
  });

  it('is undefined for a program without a substitute', () => {
    const other = { ...pod, spec: { containers: [{ command: ['sh'] }] } };
    assert.equal(
      processes.run(other, () => undefined),
      undefined,
    );
  });

  it('does not run if a folder is not mounted', async () => {
    const [container] = (pod.spec as { containers: readonly object[] }).containers;
    const spec = { ...pod.spec, containers: [{ ...container, volumeMounts: [] }] };
    await assert.rejects(
      processes.run({ ...pod, spec }, () => undefined) ?? assert.fail(),
      /mounts nothing at \/token/,
    );
  });
});
