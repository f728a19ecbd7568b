import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { eventKeyOf } from '../../../follow-ups/action-key.ts';
import type {
  ActionChange,
  ActionFigures,
  ActionOutcome,
  ActionQuery,
  ActionState,
  ApplicationMemory,
  EventClaim,
  EventStep,
  EventStore,
  MemoryKey,
  PacedAction,
  StoredAction,
} from '../event-store.ts';
import type { GroupCommit } from './group-commit.ts';
import { fromJson, toJson, type Row } from './run-row.ts';
import { applicationName, planOfClaim } from './migrations.ts';
import { StatementCache } from './statement-cache.ts';
import { prepareAll } from './statements.ts';

const columns = {
  key: 'key',
  uid: 'uid',
  rule: 'rule',
  createdAt: 'created_at',
  expiresAt: 'expires_at',
  state: 'state',
  dueAt: 'due_at',
  tries: 'tries',
  sentAt: 'sent_at',
  looks: 'looks',
  body: 'body_json',
  request: 'request_json',
  outcome: 'outcome_json',
  message: 'message',
  claim: 'claim_json',
} as const satisfies Readonly<Record<keyof StoredAction, string>>;

const all = Object.values(columns).join(', ');
const isOpen = `state IN ('waiting', 'sent')`;
const select = `SELECT ${all} FROM actions`;

/** The rendered part of an action. Bodies from older handlers may contain anything. */
const renderedAction = `CASE WHEN json_valid(body_json) THEN json_extract(body_json, '$.action') END`;

const texts = {
  memory: 'SELECT argocd, memory_json FROM event_memories WHERE uid = ? AND argocd = ?',
  memoriesOf: 'SELECT argocd, memory_json FROM event_memories WHERE uid = ? ORDER BY argocd',
  memories: `SELECT argocd, memory_json FROM event_memories WHERE (uid, argocd) > (?, ?)
    ORDER BY uid, argocd LIMIT ?`,
  followed: 'SELECT name, since FROM cared',
  follow: 'INSERT INTO cared VALUES (?, ?) ON CONFLICT DO NOTHING',
  unfollow: 'DELETE FROM cared WHERE name NOT IN (SELECT value FROM json_each(?))',
  remember: `INSERT INTO event_memories VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET memory_json = excluded.memory_json`,
  forget: 'DELETE FROM event_memories WHERE uid = ? AND argocd = ?',
  add: `INSERT INTO actions (${all}, event_key) VALUES (${all.replaceAll(/\w+/g, '?')}, ?)
    ON CONFLICT DO NOTHING`,
  due: `${select} WHERE ${isOpen} AND due_at <= ? ORDER BY due_at, number LIMIT ?`,
  nextDue: `SELECT due_at FROM actions WHERE ${isOpen} ORDER BY due_at LIMIT 1`,
  action: `${select} WHERE key = ?`,
  ofEvent: `${select} WHERE event_key = ? ORDER BY number`,
  actions: `${select} WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR uid = ?2)
      AND created_at < coalesce(?3, 9e15)
    ORDER BY created_at DESC, number DESC LIMIT ?4`,
  // A separate statement, since SQLite chooses indexes without knowing the parameters.
  actionsOf: `${select} WHERE ${applicationName} = ?1 AND (?2 IS NULL OR state = ?2)
      AND (?3 IS NULL OR uid = ?3) AND created_at < coalesce(?4, 9e15)
    ORDER BY created_at DESC, number DESC LIMIT ?5`,
  claim: 'UPDATE actions SET claim_json = ? WHERE key = ? AND claim_json IS NULL',
  ofPlan: `${select} WHERE claim_json IS NOT NULL AND ${planOfClaim} = ? ORDER BY number DESC LIMIT 1`,
  withOutcome: `${select} WHERE outcome_json IS NOT NULL
      AND json_extract(outcome_json, '$.id') = ? ORDER BY number DESC LIMIT 20`,
  paced: `SELECT rule, uid, ${renderedAction} AS action, max(due_at, created_at) AS due_at FROM actions
    WHERE state NOT IN ('refused', 'expired') AND created_at >= ?1
    UNION ALL
    SELECT rule, uid, ${renderedAction}, due_at FROM actions
    WHERE ${isOpen} AND tries = 0 AND created_at < ?1`,
  counts: 'SELECT state, count(*) AS count FROM actions GROUP BY state',
  oldestOpen: `SELECT created_at FROM actions WHERE ${isOpen} ORDER BY created_at LIMIT 1`,
  sweep: `DELETE FROM actions WHERE number IN (SELECT number FROM actions
    WHERE NOT ${isOpen} AND created_at < ? ORDER BY created_at LIMIT ?)`,
};

/** Stores events and actions in the handler's SQLite file. */
export class SqliteEventStore implements EventStore {
  readonly #commits: GroupCommit;
  readonly #statements: Readonly<Record<keyof typeof texts, StatementSync>>;
  readonly #changes: StatementCache;

  /** `commits`: shared by all writers of the database. */
  constructor(database: DatabaseSync, commits: GroupCommit) {
    this.#commits = commits;
    this.#statements = prepareAll(database, texts);
    this.#changes = new StatementCache(database);
  }

  eventMemory({ uid, argocd }: MemoryKey): Promise<ApplicationMemory | undefined> {
    const { memory } = this.#statements;
    return this.#commits.read(() => memory.all(uid, argocd).map(memoryOf)[0]);
  }

  eventMemoriesOf(uid: string): Promise<readonly ApplicationMemory[]> {
    return this.#commits.read(() => this.#statements.memoriesOf.all(uid).map(memoryOf));
  }

  eventMemories(limit: number, after?: MemoryKey): Promise<readonly ApplicationMemory[]> {
    const { uid = '', argocd = '' } = after ?? {};
    const { memories } = this.#statements;
    return this.#commits.read(() => memories.all(uid, argocd, limit).map(memoryOf));
  }

  async followedSince(names: readonly string[], now: number): Promise<ReadonlyMap<string, number>> {
    const read = () => this.#commits.read(() => this.#statements.followed.all());
    const known = new Set((await read()).map(({ name }) => name));
    if (known.size !== names.length || names.some((name) => !known.has(name))) {
      await this.#commits.write(() => {
        this.#statements.unfollow.run(JSON.stringify(names));
        for (const name of names) this.#statements.follow.run(name, now);
      });
    }
    const kept = await read();
    return new Map(kept.map(({ name, since }) => [String(name), Number(since)]));
  }

  recordEvents({ memory, replaces = [], actions }: EventStep): Promise<number> {
    return this.#commits.write(() => {
      const { remember, forget } = this.#statements;
      for (const { uid, argocd } of replaces) forget.run(uid, argocd);
      remember.run(memory.uid, memory.argocd, toJson(memory));
      return actions.reduce((count, action) => count + Number(this.#add(action)), 0);
    });
  }

  #add(action: StoredAction) {
    return this.#statements.add.run(...valuesOf(action), eventKeyOf(action.key)).changes;
  }

  dueActions(now: number, limit: number): Promise<readonly StoredAction[]> {
    return this.#commits.read(() => this.#statements.due.all(now, limit).map(actionOf));
  }

  nextDueAt(): Promise<number | undefined> {
    return this.#commits.read(() => numberOf(this.#statements.nextDue.get()?.['due_at']));
  }

  action(key: string): Promise<StoredAction | undefined> {
    return this.#commits.read(() => this.#statements.action.all(key).map(actionOf)[0]);
  }

  actionsOfEvent(eventKey: string): Promise<readonly StoredAction[]> {
    return this.#commits.read(() => this.#statements.ofEvent.all(eventKey).map(actionOf));
  }

  actions(query: ActionQuery): Promise<readonly StoredAction[]> {
    const { application, state, uid, before, limit } = query;
    const values = [state, uid, before].map((value) => value ?? null);
    const { actions, actionsOf } = this.#statements;
    return this.#commits.read(() =>
      (application === undefined
        ? actions.all(...values, limit)
        : actionsOf.all(application, ...values, limit)
      ).map(actionOf),
    );
  }

  actionFigures(): Promise<ActionFigures> {
    return this.#commits.read(() => ({
      states: this.#statements.counts.all().map(({ state, count }) => ({
        state: state as ActionState,
        count: Number(count),
      })),
      oldestOpenAt: numberOf(this.#statements.oldestOpen.get()?.['created_at']),
    }));
  }

  actionOfPlan(planId: string): Promise<StoredAction | undefined> {
    const { ofPlan } = this.#statements;
    return this.#commits.read(() => ofPlan.all(planId.toLowerCase()).map(actionOf)[0]);
  }

  actionsWithOutcome(id: number): Promise<readonly StoredAction[]> {
    return this.#commits.read(() => this.#statements.withOutcome.all(id).map(actionOf));
  }

  pacedActions(since: number): Promise<readonly PacedAction[]> {
    return this.#commits.read(() =>
      this.#statements.paced
        .all(since)
        .flatMap(({ rule, uid, action, due_at: dueAt }) =>
          typeof action === 'string'
            ? [{ rule: String(rule), uid: String(uid), action, dueAt: Number(dueAt) }]
            : [],
        ),
    );
  }

  changeAction(
    key: string,
    change: ActionChange,
    from?: readonly ActionState[],
    last?: Pick<StoredAction, 'sentAt'>,
  ): Promise<boolean> {
    const changed = Object.entries(change) as [keyof ActionChange, unknown][];
    if (changed.length === 0) return Promise.resolve(true);
    const assignments = changed.map(([part]) => `${columns[part]} = ?`).join(', ');
    const values = changed.map(([part, value]) => write(part, value));
    const isIn = from === undefined ? '' : `AND state IN (${from.map(() => '?').join(', ')})`;
    const isLast = last === undefined ? '' : `AND ${columns.sentAt} IS ?`;
    const wanted = [...(from ?? []), ...(last === undefined ? [] : [last.sentAt ?? null])];
    return this.#commits.write(() => {
      const sql = `UPDATE actions SET ${assignments} WHERE key = ? ${isIn} ${isLast}`;
      const { changes } = this.#changes.prepare(sql).run(...values, key, ...wanted);
      if (Number(changes) > 0) return true;
      if (this.#statements.action.get(key) === undefined) {
        throw new Error(`There is no action ${key}.`);
      }
      return false;
    });
  }

  claimAction(key: string, claim: EventClaim): Promise<EventClaim | undefined> {
    return this.#commits.write(() => {
      this.#statements.claim.run(toJson(claim), key);
      return claimOf(this.#statements.action.get(key));
    });
  }

  forgetEvents({ uid, argocd }: MemoryKey): Promise<void> {
    return this.#commits.write(() => {
      this.#statements.forget.run(uid, argocd);
    });
  }

  sweepActions(madeBefore: number, most: number): Promise<number> {
    return this.#commits.write(() => Number(this.#statements.sweep.run(madeBefore, most).changes));
  }
}

/** Only we write it; older handlers did without the instance. */
function memoryOf(row: Row): ApplicationMemory {
  const memory = fromJson(row['memory_json']) as ApplicationMemory;
  return { ...memory, argocd: String(row['argocd']) };
}

function valuesOf(action: StoredAction): readonly SQLInputValue[] {
  const parts = Object.keys(columns) as (keyof StoredAction)[];
  return parts.map((part) => write(part, action[part]));
}

function write(part: keyof StoredAction, value: unknown): SQLInputValue {
  if (part === 'outcome' || part === 'claim') return toJson(value);
  return (value ?? null) as SQLInputValue;
}

/** Reads an action that was written with `valuesOf`. */
function actionOf(row: Row): StoredAction {
  const parts = Object.entries(columns)
    .filter(([part]) => part !== 'claim')
    .map(([part, column]) => [part, row[column] ?? undefined]);
  const claim = claimOf(row);
  // The types are those of the columns; only we write the table.
  return {
    ...(Object.fromEntries(parts) as unknown as StoredAction),
    outcome: fromJson(row['outcome_json']) as ActionOutcome | undefined,
    ...(claim && { claim }),
  };
}

function claimOf(row: Row | undefined): EventClaim | undefined {
  // Only we write it.
  return fromJson(row?.['claim_json']) as EventClaim | undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
