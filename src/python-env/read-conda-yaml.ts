import { ServingError } from '../errors.ts';
import { isYamlMap, readYamlFile, textsOf } from './read-yaml-file.ts';

/** What pip can use of a conda.yaml, and what it cannot. */
export interface CondaEnvironment {
  readonly python: string | undefined;
  readonly buildLines: readonly string[];
  readonly pipLines: readonly string[];
  /** Packages that conda alone would install: `scikit-learn=0.22.1`. */
  readonly condaOnly: readonly string[];
}

const BUILD = /^(python|pip|setuptools|wheel)\s*(<=|>=|==|!=|=|<|>)?\s*([\d.]+)?(?:\.\*)?$/;

/**
 * Read a conda.yaml as MLflow does for a virtual environment; undefined when it is not there.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when it is no such file
 * @see mlflow/utils/environment.py, `_PythonEnv.get_dependencies_from_conda_yaml`
 */
export async function readCondaYaml(
  directory: string,
  path: string,
): Promise<CondaEnvironment | undefined> {
  const root = await readYamlFile(directory, path);
  if (root === undefined) return undefined;
  let python: string | undefined;
  const buildLines: string[] = [];
  const pipLines: string[] = [];
  const condaOnly: string[] = [];
  const dependencies = root['dependencies'] ?? [];
  if (!Array.isArray(dependencies)) throw invalid(path, 'dependencies');
  for (const dependency of dependencies) {
    if (isYamlMap(dependency)) {
      const lines = textsOf(dependency['pip']);
      if (lines === undefined || !('pip' in dependency)) throw invalid(path, 'dependencies');
      pipLines.push(...lines);
      continue;
    }
    if (typeof dependency !== 'string') throw invalid(path, 'dependencies');
    // A channel may stand before the name, a build behind the version.
    const plain = dependency
      .trim()
      .replace(/^[\w./-]+::/, '')
      .replace(/^(\w+=[\d.]+)=\S+$/, '$1');
    const [, name, operator, version] = BUILD.exec(plain) ?? [];
    if (name === undefined) condaOnly.push(dependency.trim());
    else if (name === 'python') python ??= version;
    else buildLines.push(`${name}${operator === '=' ? '==' : (operator ?? '')}${version ?? ''}`);
  }
  return { python, buildLines, pipLines, condaOnly };
}

const invalid = (path: string, key: string): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${path} of the model cannot be read: ${key} must be a list of package names, with at most a list under pip:`,
  );
