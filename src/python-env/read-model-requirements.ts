import { ServingError } from '../errors.ts';
import type { MlModel } from '../model/mlmodel.ts';
import { checkModelPath } from '../model/model-path.ts';
import { expandLines } from './expand-lines.ts';
import { insideModel } from './model-file.ts';
import type { ModelRequirements } from './model-requirements.ts';
import { readCondaYaml } from './read-conda-yaml.ts';
import { readYamlFile, textsOf } from './read-yaml-file.ts';
import { packageName } from './requirement-line.ts';

const REQUIREMENTS = 'requirements.txt';
const FIX =
  'write python_env.yaml and requirements.txt beside MLmodel (mlflow.models.update_model_requirements does), ' +
  'or take the Python of this machine with --env-manager local';

/** What the files say, before what they include is read. */
interface Declared {
  readonly python: string | undefined;
  readonly buildLines: readonly string[];
  readonly lines: readonly string[];
  readonly source: string;
  /** From before python_env.yaml, MLflow 1.26: what everybody had was not written down. */
  readonly isOld: boolean;
}

/**
 * What a model needs of Python, from its own files, in MLflow's order: python_env.yaml, else requirements.txt with the
 * Python of conda.yaml, else the pip section of conda.yaml.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when a file cannot be read, when none of them is there, when packages
 *   come from conda alone, or when a path leaves the model directory
 * @see mlflow/utils/virtualenv.py, `_get_python_env`
 */
export async function readModelRequirements(
  directory: string,
  mlmodel: MlModel,
): Promise<ModelRequirements> {
  const declared = await readDeclared(directory, mlmodel);
  const { included, ...expanded } = await expandLines(directory, declared.source, declared.lines);
  const source = included[0] ?? declared.source;
  const notes: string[] = [];
  if (!expanded.lines.some(bringsMlflow)) {
    const own = mlflowLine(mlmodel);
    expanded.lines.push(own);
    notes.push(`${source} does not name mlflow; ${own} is added`);
  }
  const python = minorOf(declared.python, declared.source);
  const { isOld, buildLines } = declared;
  return {
    python,
    exactPython: declared.python?.trim() || undefined,
    buildLines: isOld ? withSetuptools(buildLines, expanded.lines, python) : buildLines,
    ...expanded,
    source,
    notes,
  };
}

async function readDeclared(directory: string, mlmodel: MlModel): Promise<Declared> {
  const paths = environmentPaths(mlmodel);
  const own = await readYamlFile(directory, paths.pythonEnv);
  if (own !== undefined) {
    const buildLines = textsOf(own['build_dependencies']);
    const lines = textsOf(own['dependencies']);
    const python = own['python'];
    if (!buildLines || !lines || !(python === undefined || typeof python === 'string')) {
      throw invalid(
        `${paths.pythonEnv} of the model cannot be read: python must be a text, dependencies a list of texts`,
      );
    }
    return { python, buildLines, lines, source: paths.pythonEnv, isOld: false };
  }
  const conda = await readCondaYaml(directory, paths.conda);
  if ((await insideModel(directory, REQUIREMENTS, REQUIREMENTS)) !== undefined) {
    const lines = [`-r ${REQUIREMENTS}`];
    return {
      python: conda?.python,
      buildLines: conda?.buildLines ?? [],
      lines,
      source: REQUIREMENTS,
      isOld: true,
    };
  }
  if (conda === undefined) {
    throw invalid(
      `the model does not say what it needs: there is no python_env.yaml, requirements.txt or conda.yaml; ${FIX}`,
    );
  }
  if (conda.condaOnly.length > 0) throw condaOnly(paths.conda, conda.condaOnly);
  return { ...conda, lines: conda.pipLines, source: paths.conda, isOld: true };
}

/**
 * Environments of Python before 3.12 came with setuptools, so nobody named it; old releases of MLflow cannot do without
 * its `pkg_resources`, which later releases of setuptools lack.
 */
function withSetuptools(
  buildLines: readonly string[],
  lines: readonly string[],
  python: string | undefined,
): readonly string[] {
  const isNamed = [...buildLines, ...lines].some((line) => packageName(line) === 'setuptools');
  const [major = 3, minor = 0] = (python ?? '3.12').split('.').map(Number);
  return isNamed || major > 3 || minor >= 12 ? buildLines : [...buildLines, 'setuptools<81'];
}

/** Since MLflow 2.0 `env` is a map by tool; before it is the name of the conda file. */
function environmentPaths({ flavors }: MlModel): { pythonEnv: string; conda: string } {
  const env = flavors['python_function']?.['env'];
  const named = (value: unknown, key: string, fallback: string): string =>
    value === undefined || value === null
      ? fallback
      : checkModelPath(value, `flavors.python_function.${key}`);
  if (typeof env === 'object' && env !== null && !Array.isArray(env)) {
    const { virtualenv, conda } = env as Readonly<Record<string, unknown>>;
    return {
      pythonEnv: named(virtualenv, 'env.virtualenv', 'python_env.yaml'),
      conda: named(conda, 'env.conda', 'conda.yaml'),
    };
  }
  return { pythonEnv: 'python_env.yaml', conda: named(env, 'env', 'conda.yaml') };
}

/** MLflow itself, or its core without the server. */
const bringsMlflow = (line: string): boolean =>
  /^mlflow(?:-skinny)?$/.test(packageName(line) ?? /^(?:.*[\\/])?(mlflow)-/.exec(line)?.[1] ?? '');

const mlflowLine = ({ mlflowVersion }: MlModel): string =>
  mlflowVersion !== undefined && /^\d+(?:\.\d+)*(?:rc\d+)?$/.test(mlflowVersion)
    ? `mlflow==${mlflowVersion}`
    : 'mlflow';

function minorOf(python: string | undefined, source: string): string | undefined {
  if (python === undefined || python === '') return undefined;
  const minor = /^\s*(\d+\.\d+)(?:\.|\s*$|[a-z]|rc)/.exec(python)?.[1];
  if (minor !== undefined) return minor;
  throw invalid(
    `${source} of the model asks for Python ${JSON.stringify(python.slice(0, 40))}; expected a version such as 3.11.9`,
  );
}

const condaOnly = (file: string, packages: readonly string[]): ServingError =>
  invalid(
    `${file} of the model has packages that come from conda alone (${packages.join(', ').slice(0, 200)}), and conda is not used here; ` +
      'name them as pip does (scikit-learn=1.0 becomes scikit-learn==1.0) in a requirements.txt beside MLmodel, with mlflow and the rest, ' +
      'or take the Python of an environment that has them with --env-manager local',
  );

const invalid = (message: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message);
