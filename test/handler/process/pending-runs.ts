import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock } from '../../../src/async/clock.ts';
import { keyOf, type Run } from '../../../src/handler/run.ts';
import { SqliteStore } from '../../../src/handler/store/sqlite/sqlite-store.ts';
import { tokenDigest, TokenCipher } from '../../../src/handler/secrets/token-cipher.ts';
import { Secret } from '../../../src/secret.ts';
import { files, job as kubernetesJob } from '../../manifests.ts';
import type { Job } from '../../../simulators/azure-devops/job.ts';
import { until, type Installation } from './installation.ts';

/**
 * Fills the store of an installation with open runs, each of which waits for a continuing operation
 * of one of some applications. They are copies of runs that the handler itself has stored, each
 * with its own plan in Azure DevOps. The handler starts for that, and is killed. Resolves with the
 * jobs.
 */
export async function addPendingRuns(
  installation: Installation,
  { count, applications }: { readonly count: number; readonly applications: number },
): Promise<readonly Job[]> {
  const { argocd, azure, handler } = installation;
  const names = Array.from({ length: applications }, (_, index) => `shop-${index + 1}`);
  for (const name of names) {
    argocd.commit(name, files(kubernetesJob('migrate', { hook: 'PreSync', forever: true })));
    argocd.createApplication(name);
    argocd.syncAs('somebody', name);
  }
  await handler.start();
  const firsts = names.map((name) =>
    installation.sync({ action: 'wait', applications: name, timeoutSeconds: '36000' }),
  );
  // Their logs have been started, and the operation is known.
  await until(() =>
    firsts.every(({ job }) => job.plan.logs.some(({ lineCount }) => lineCount > 1)),
  );
  await handler.kill();

  const key = readFileSync(join(dirname(installation.database), 'key'), 'utf8');
  const cipher = new TokenCipher([new Secret(key)]);
  const store = SqliteStore.open(installation.database, systemClock);
  const originals = (await store.openRuns()).map((run) => ({ ...run, results: [] }));
  const jobs = Array.from({ length: count - originals.length }, () => azure.addJob());
  await Promise.all(
    jobs.map(async (job, index) => {
      const original = originals[index % originals.length];
      if (original === undefined) throw new Error('The handler has stored no run to copy.');
      const run = copyFor(original, job);
      const token = new Secret(job.token);
      await store.commit({
        runId: run.id,
        add: { run, token: { sealed: cipher.seal(token, run.id), digest: tokenDigest(token) } },
        checkpoints: await store.checkpoints(original.id),
      });
    }),
  );
  await store.close();
  return [...firsts.map(({ job }) => job), ...jobs];
}

function copyFor(original: Run, job: Job): Run {
  const { planId, jobId, timelineId, taskInstanceId } = job;
  const address = { ...original.spec.address, planId, jobId, timelineId, taskInstanceId };
  const id = crypto.randomUUID();
  return {
    ...original,
    id,
    key: keyOf(address),
    marker: [planId, jobId, taskInstanceId, id].join('/'),
    spec: { ...original.spec, address },
    report: { ...original.report, log: undefined },
  };
}
