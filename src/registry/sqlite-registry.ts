import { existsSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { LoggedModelRecord, RegistryBackend, VersionPointer } from './registry-backend.ts';
import { type Row, type SqliteDatabase, withDatabase } from './sqlite-database.ts';

export interface SqliteRegistryOptions {
  /** The database file. */
  readonly path: string;
  /** @default process.cwd() - where relative locations are looked for first */
  readonly cwd?: string;
  /** @default 'default' - the workspace of a server that has them */
  readonly workspace?: string;
}

const NOT_DELETED = "current_stage <> 'Deleted_Internal'";

/**
 * Read MLflow's SQLite database without its server, whatever version of MLflow made it: columns
 * that came later (`workspace`, `storage_location`) and tables (`logged_models`) are looked for first.
 *
 * @see mlflow/store/model_registry/sqlalchemy_store.py, mlflow/store/tracking/sqlalchemy_store.py
 */
export function createSqliteRegistry(options: SqliteRegistryOptions): RegistryBackend {
  const { path, workspace = 'default', cwd = process.cwd() } = options;
  const place = (row: Row, column: string) => absolute(text(row, column), [cwd, dirname(path)]);
  const ask = <T>(question: (database: SqliteDatabase) => T) => withDatabase(path, question);

  /** `table` as it is seen from our workspace. */
  const scoped = (database: SqliteDatabase, table: string) =>
    database.has(table, 'workspace')
      ? { where: 'workspace = ? AND', parameters: [workspace] }
      : { where: '', parameters: [] };

  /** Runs and logged models belong to a workspace through their experiment. */
  const inWorkspace = (database: SqliteDatabase) =>
    database.has('experiments', 'workspace')
      ? {
          where: 'AND experiment_id IN (SELECT experiment_id FROM experiments WHERE workspace = ?)',
          parameters: [workspace],
        }
      : { where: '', parameters: [] };

  return {
    findModel: (name) =>
      ask((database) => {
        /** What a table holds for the model; nothing when an older MLflow has no such table. */
        const rowsOf = (table: string, columns: string) => {
          if (!database.has(table)) return [];
          const { where, parameters } = scoped(database, table);
          const sql = `SELECT ${columns} FROM ${table} WHERE ${where} name = ? ORDER BY ${columns}`;
          return database.all(sql, ...parameters, name);
        };
        if (rowsOf('registered_models', 'name').length === 0) return undefined;
        const aliases = rowsOf('registered_model_aliases', 'alias');
        return {
          aliases: aliases.map((row) => text(row, 'alias')),
          tags: tagsFrom(rowsOf('registered_model_tags', 'key, value')),
        };
      }),

    findAlias: (name, alias) =>
      ask((database) => {
        if (!database.has('registered_model_aliases')) return undefined;
        const { where, parameters } = scoped(database, 'registered_model_aliases');
        const sql = `SELECT version FROM registered_model_aliases WHERE ${where} name = ? AND alias = ?`;
        return pointerFrom(database.all(sql, ...parameters, name, alias)[0]);
      }),

    findLatest: (name, stage) =>
      ask((database) => {
        const { where, parameters } = scoped(database, 'model_versions');
        const inStage = stage === undefined ? '' : 'AND current_stage = ?';
        const sql = `SELECT max(version) AS version FROM model_versions WHERE ${where} name = ? AND ${NOT_DELETED} ${inStage}`;
        return pointerFrom(database.all(sql, ...parameters, name, ...(stage ? [stage] : []))[0]);
      }),

    findVersion: (name, { version }) =>
      ask((database) => {
        const { where, parameters } = scoped(database, 'model_versions');
        const location = database.has('model_versions', 'storage_location')
          ? "coalesce(nullif(storage_location, ''), source)"
          : 'source';
        const key = [...parameters, name, Number(version)];
        const found = database.all(
          `SELECT ${location} AS location, run_id FROM model_versions WHERE ${where} name = ? AND version = ? AND ${NOT_DELETED}`,
          ...key,
        )[0];
        if (found === undefined) return undefined;
        const sql = `SELECT key, value FROM model_version_tags WHERE ${where} name = ? AND version = ?`;
        const tags = database.has('model_version_tags') ? tagsFrom(database.all(sql, ...key)) : {};
        const runId = text(found, 'run_id');
        return { location: place(found, 'location'), tags, ...(runId && { runId }) };
      }),

    findLoggedModel: (modelId) =>
      ask((database) => {
        if (!database.has('logged_models')) return undefined;
        const { where, parameters } = inWorkspace(database);
        const sql = `SELECT model_id, name, artifact_location FROM logged_models WHERE model_id = ? AND lifecycle_stage <> 'deleted' ${where}`;
        return loggedModelFrom(database, database.all(sql, modelId, ...parameters)[0], place);
      }),

    findRun: (runId) =>
      ask((database) => {
        const { where, parameters } = inWorkspace(database);
        const sql = `SELECT CAST(experiment_id AS TEXT) AS experiment_id, artifact_uri FROM runs WHERE run_uuid = ? ${where}`;
        const run = database.all(sql, runId, ...parameters)[0];
        return (
          run && { experimentId: text(run, 'experiment_id'), location: place(run, 'artifact_uri') }
        );
      }),

    findLoggedModelOfRun: (run, name) =>
      ask((database) => {
        if (!database.has('logged_models')) return undefined;
        const sql =
          'SELECT model_id, name, artifact_location FROM logged_models WHERE experiment_id = CAST(? AS INTEGER) AND source_run_id = ? ' +
          "AND name = ? AND lifecycle_stage <> 'deleted' ORDER BY creation_timestamp_ms DESC, model_id LIMIT 1";
        const found = database.all(sql, run.experimentId, run.runId, name)[0];
        return loggedModelFrom(database, found, place);
      }),
  };
}

function pointerFrom(row: Row | undefined): VersionPointer | undefined {
  const version = row?.['version'];
  return version === null || version === undefined ? undefined : { version: String(version) };
}

function loggedModelFrom(
  database: SqliteDatabase,
  row: Row | undefined,
  place: (row: Row, column: string) => string,
): LoggedModelRecord | undefined {
  if (row === undefined) return undefined;
  const modelId = text(row, 'model_id');
  const sql = 'SELECT tag_key AS key, tag_value AS value FROM logged_model_tags WHERE model_id = ?';
  return {
    modelId,
    name: text(row, 'name') || modelId,
    location: place(row, 'artifact_location'),
    tags: tagsFrom(database.all(sql, modelId)),
  };
}

const text = (row: Row, column: string): string => {
  const value = row[column];
  return value === null || value === undefined ? '' : String(value);
};

const tagsFrom = (rows: readonly Row[]): Record<string, string> =>
  Object.fromEntries(rows.map((row) => [text(row, 'key'), text(row, 'value')]));

/**
 * A relative location is relative to the process that wrote it: MLflow takes its own working
 * directory for that. When there is nothing, the folder of the database is the next best guess.
 */
function absolute(location: string, folders: readonly string[]): string {
  if (location === '' || isAbsolute(location) || /^[a-z][a-z0-9+.-]*:/i.test(location)) {
    return location;
  }
  const candidates = folders.map((folder) => resolve(folder, location));
  return candidates.find((candidate) => existsSync(candidate)) ?? candidates[0] ?? location;
}
