/** The output of `npm run bench -- --help`. */
export const usage = `Measures the built task and the built handler, and prints one table with figures and goals. The task
takes about five minutes, the handler about twenty, its follow-ups four.

  npm run bench
  npm run bench -- --only NAME       one group of figures only
  npm run bench -- --only handler    the seven groups of the handler
  npm run bench -- --json FILE       also write the figures to a file

It reports, and does not fail if a goal is not met: it exits with 0, or 2 for invalid arguments.`;
