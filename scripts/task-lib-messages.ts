import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/** The languages of a message, as azure-pipelines-task-lib keeps them: by culture, by key. */
interface Resource {
  readonly messages: Readonly<Record<string, string>>;
  readonly localizedMessages: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Bundles azure-pipelines-task-lib with its English messages only. All text of our tasks is English,
 * and the nine other languages are a tenth of the bundle, in characters that make V8 keep the whole
 * file as two-byte text: both slow down the start of every step.
 */
export const englishTaskLib: Plugin = {
  name: 'english-task-lib',
  setup(build) {
    build.onLoad({ filter: /[\\/]azure-pipelines-task-lib[\\/]lib-resource\.js$/ }, ({ path }) => {
      const { messages } = require(path) as Resource;
      const english: Resource = { messages, localizedMessages: {} };
      return { contents: `module.exports = ${JSON.stringify(english)};`, loader: 'js' };
    });
  },
};
