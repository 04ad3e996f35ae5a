import { basename } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { ServingError } from '../errors.ts';

export type Row = Readonly<Record<string, unknown>>;

/** An MLflow database, open for one question. */
export interface SqliteDatabase {
  all(sql: string, ...parameters: SQLInputValue[]): readonly Row[];
  /** Whether this MLflow's schema has the column, or the table at all. */
  has(table: string, column?: string): boolean;
}

/** How long a writer may keep us waiting; milliseconds. */
const BUSY_TIMEOUT_MS = 2_000;

const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/**
 * Open the database read-only, ask, and close it again.
 *
 * It is opened for each question (0.9 ms with its schema, measured): nothing is held while a server writes,
 * and a file that was replaced is seen.
 *
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when there is no such file or it cannot be read now,
 *   INVALID_PARAMETER_VALUE when it is no MLflow database
 */
export async function withDatabase<T>(
  path: string,
  ask: (database: SqliteDatabase) => T,
): Promise<T> {
  const { DatabaseSync } = await import('node:sqlite');
  const name = basename(path);
  let connection: DatabaseSync | undefined;
  try {
    connection = open(DatabaseSync, path);
    return ask(asDatabase(connection, name));
  } catch (error) {
    throw translate(error, name);
  } finally {
    connection?.close();
  }
}

type Constructor = typeof DatabaseSync;

/**
 * A database in WAL mode needs to write beside itself even to be read; on a read-only disk it is
 * opened as immutable, which it is there.
 */
function open(Database: Constructor, path: string): DatabaseSync {
  const options = { readOnly: true, timeout: BUSY_TIMEOUT_MS };
  const connection = new Database(path, options);
  try {
    connection.prepare('SELECT count(*) FROM sqlite_schema').get();
    return connection;
  } catch (error) {
    connection.close();
    if ((error as SqliteError).errcode !== SQLITE_CANTOPEN) throw error;
    const url = pathToFileURL(path);
    url.searchParams.set('immutable', '1');
    return new Database(url, options);
  }
}

function asDatabase(connection: DatabaseSync, name: string): SqliteDatabase {
  const columnsByTable = new Map<string, ReadonlySet<string>>();
  const columnsOf = (table: string): ReadonlySet<string> => {
    const rows = connection.prepare('SELECT name FROM pragma_table_info(?)').all(table);
    return new Set(rows.map((row) => String(row['name'])));
  };
  const database: SqliteDatabase = {
    all: (sql, ...parameters) => connection.prepare(sql).all(...parameters),
    has(table, column) {
      const columns = columnsByTable.get(table) ?? columnsOf(table);
      columnsByTable.set(table, columns);
      return column === undefined ? columns.size > 0 : columns.has(column);
    },
  };
  if (database.has('model_versions') && database.has('runs')) return database;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `the SQLite file "${name}" is not an MLflow database: it has no tables of models and runs`,
  );
}

interface SqliteError extends Error {
  readonly code?: string;
  readonly errcode?: number;
}

function translate(error: unknown, name: string): unknown {
  const { code, errcode = 0 } = error as SqliteError;
  if (code !== 'ERR_SQLITE_ERROR') return error;
  const cause = { cause: error };
  switch (errcode & 0xff) {
    case SQLITE_CANTOPEN:
      return new ServingError(
        'TEMPORARILY_UNAVAILABLE',
        `the MLflow database "${name}" cannot be opened; is the path after sqlite:/// right? (three slashes: relative, four: absolute)`,
        cause,
      );
    case SQLITE_NOTADB:
      return new ServingError(
        'INVALID_PARAMETER_VALUE',
        `"${name}" is not a SQLite database`,
        cause,
      );
    default:
      return new ServingError(
        'TEMPORARILY_UNAVAILABLE',
        `the MLflow database "${name}" cannot be read now (SQLite error ${errcode})`,
        cause,
      );
  }
}
