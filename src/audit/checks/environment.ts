import { readModelText } from '../../python-env/model-file.ts';
import type { ModelRequirements } from '../../python-env/model-requirements.ts';
import { readCondaYaml } from '../../python-env/read-conda-yaml.ts';
import { readModelRequirements } from '../../python-env/read-model-requirements.ts';
import { type Finding, finding, listed } from '../findings.ts';
import { PYTHON_ENDS } from '../python-lives.ts';
import { type AuditSubject, hasFile, isPython } from '../subject.ts';
import { checkLibraries } from './libraries.ts';
import { checkRequirements, credentials } from './requirements.ts';

/** Python before this cannot run the worker that answers. */
const OLDEST_PYTHON_MINOR = 8;
const SOON_MS = 180 * 24 * 3_600_000;

/**
 * What the model says of its Python environment.
 *
 * Where ONNX Runtime answers, no environment is made to serve: what is found there are notes.
 */
export async function checkEnvironment(subject: AuditSubject): Promise<Finding[]> {
  const found = await collect(subject);
  if (isPython(subject)) return found;
  return found.map((item) =>
    item.id === 'credentials-in-requirements' ? item : { ...item, severity: 'note' as const },
  );
}

async function collect(subject: AuditSubject): Promise<Finding[]> {
  const { directory, mlmodel } = subject;
  const found = await environmentVariables(subject);
  let requirements: ModelRequirements;
  try {
    requirements = await readModelRequirements(directory, mlmodel);
  } catch (error) {
    const what = (error as Error).message;
    return [...found, finding('requirements-invalid', 'environment files', what)];
  }
  const { lines, constraints, options, source } = requirements;
  return [
    ...found,
    ...checkRequirements([...lines], source),
    ...checkLibraries(subject, [...lines, ...constraints], source),
    ...checkIndexes(options, source),
    ...checkPython(subject, requirements, await condaPython(subject)),
  ];
}

async function environmentVariables({ directory }: AuditSubject): Promise<Finding[]> {
  const file = 'environment_variables.txt';
  const text = await readModelText(directory, file).catch(() => undefined);
  const names = (text ?? '').split(/\r?\n/).filter((line) => /^\w/.test(line));
  if (names.length === 0) return [];
  const what = `it was logged where ${listed(names)} was set, and may need that to answer`;
  return [finding('environment-variables', file, what, 'set it where the endpoint runs')];
}

function checkIndexes(options: readonly string[], source: string): Finding[] {
  return options.flatMap((option) => {
    const [name = '', url = ''] = option.split(/\s+/);
    const where = `${source}: ${name}`;
    if (name === '--trusted-host' || url.startsWith('http://')) {
      const what = 'packages are taken without checking who sends them';
      return [finding('package-index-insecure', where, what, 'name the index by https://')];
    }
    if (/:\/\/[^/@\s]*:[^/@\s]+@/.test(url)) return [credentials(where)];
    if (!/^--(?:extra-)?index-url$|^--find-links$/.test(name)) return [];
    const what = 'packages come from an index beside PyPI, which must be reachable';
    return [finding('package-index', where, what)];
  });
}

async function condaPython({ directory }: AuditSubject): Promise<string | undefined> {
  const conda = await readCondaYaml(directory, 'conda.yaml').catch(() => undefined);
  return conda?.python;
}

function checkPython(
  subject: AuditSubject,
  { python, exactPython, source }: ModelRequirements,
  conda: string | undefined,
): Finding[] {
  const pyfunc = subject.mlmodel.flavors['python_function']?.['python_version'];
  const stated: readonly (readonly [string, string | undefined])[] = [
    [hasFile(subject, 'python_env.yaml') ? 'python_env.yaml' : source, exactPython],
    ['conda.yaml', conda],
    ['MLmodel', typeof pyfunc === 'string' ? pyfunc : undefined],
  ];
  const known = stated.filter((item): item is readonly [string, string] => Boolean(item[1]));
  const minors = new Set(known.map(([, version]) => version.split('.').slice(0, 2).join('.')));
  const found: Finding[] = [];
  if (minors.size > 1) {
    const what = `the files name different Pythons: ${known.map(([file, version]) => `${file} ${version}`).join(', ')}`;
    const fix = 'name the one it was trained with in all of them';
    found.push(finding('python-mismatch', known.map(([file]) => file).join(', '), what, fix));
  }
  const minor = python ?? [...minors][0];
  if (minor === undefined) {
    const what = 'no file says which Python the model was made with; any may be taken';
    found.push(finding('python-unknown', source, what, 'write python_env.yaml, as MLflow does'));
    return found;
  }
  return [...found, ...endOfLife(minor, known[0]?.[0] ?? source, subject.context.nowMs)];
}

function endOfLife(minor: string, where: string, nowMs: number): Finding[] {
  const end = PYTHON_ENDS[minor];
  const fix = 'train and log the model again with a Python that is kept';
  if (end === undefined) return [];
  const isTooOld = minor.startsWith('2.') || Number(minor.split('.')[1]) < OLDEST_PYTHON_MINOR;
  if (isTooOld) {
    const what = `Python ${minor} ended on ${end}, and cannot run what serves the model (3.${OLDEST_PYTHON_MINOR} or later can)`;
    return [{ ...finding('python-end-of-life', where, what, fix), severity: 'error' }];
  }
  const endMs = Date.parse(end);
  if (endMs < nowMs) {
    const what = `Python ${minor} gets no more security fixes since ${end}`;
    return [finding('python-end-of-life', where, what, fix)];
  }
  if (endMs - nowMs > SOON_MS) return [];
  return [finding('python-ends-soon', where, `Python ${minor} gets fixes until ${end} only`, fix)];
}
