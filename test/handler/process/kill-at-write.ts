import { writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/**
 * Loaded before the handler: kills its process before or after one of the moments at which its
 * store commits. `KILL_AT_WRITE` says which, such as `after 3`. Each moment is reported on standard
 * error.
 */
const [side = '', number = ''] = (process.env['KILL_AT_WRITE'] ?? '').split(' ');
const write = /^(COMMIT|PRAGMA wal_checkpoint)/;
let writes = 0;

const exec = Reflect.get(DatabaseSync.prototype, 'exec');
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
  const kind = write.exec(sql)?.[1];
  if (kind === undefined) {
    exec.call(this, sql);
    return;
  }
  writes += 1;
  const isFatal = String(writes) === number;
  writeSync(2, `${isFatal ? 'fatal' : 'next'} write ${writes}: ${kind}\n`);
  if (isFatal && side === 'before') process.kill(process.pid, 'SIGKILL');
  exec.call(this, sql);
  if (isFatal && side === 'after') process.kill(process.pid, 'SIGKILL');
};
