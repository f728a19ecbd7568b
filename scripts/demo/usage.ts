/** What `npm run demo -- --help` says. */
export const usage = `Runs the built task through an agent simulator against a simulated Argo CD.

  npm run demo
  npm run demo -- --only NAME     one run only
  npm run demo -- --svg FILE      also draw a run: the one of --only, or postsync-fails

It exits with 0 when every run ended as expected, 1 when one did not, and 2 for wrong arguments.`;
