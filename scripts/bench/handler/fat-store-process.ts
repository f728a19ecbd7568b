import { fill } from '../../../test/handler/process/fat-store.ts';

/** On Node 24, which knows `node:sqlite`: makes a store of so many fat runs at a path, for a collection. */
const [path = '', collection = '', count = ''] = process.argv.slice(2);
fill(path, collection, Number(count));
