import { createCheck } from '../src/handler/cli/create-check/create-check.ts';

process.exitCode = await createCheck(process.argv.slice(2), {
  program: 'npm run check:create --',
  env: process.env,
  print: console.log,
  printError: console.error,
});
