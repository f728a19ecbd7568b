import { fill } from '../../../test/handler/process/fat-store.ts';

/** Runs on Node 24, which has `node:sqlite`: creates a store of so many large runs at a path, for a collection. */
const [path = '', collection = '', count = ''] = process.argv.slice(2);
fill(path, collection, Number(count));
