import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/**
 * Loaded before the handler: while the file named by `FULL_DISK` exists, its database cannot grow,
 * and SQLite responds as on a full disk.
 */
const flag = process.env['FULL_DISK'] ?? '';
const mostPages = 4_294_967_294;

const exec = Reflect.get(DatabaseSync.prototype, 'exec');
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
  if (sql.startsWith('BEGIN')) {
    const { page_count: pages } = this.prepare('PRAGMA page_count').get() ?? {};
    exec.call(this, `PRAGMA max_page_count = ${existsSync(flag) ? Number(pages) : mostPages}`);
  }
  exec.call(this, sql);
};
