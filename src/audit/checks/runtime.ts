import { type Finding, finding } from '../findings.ts';
import { type AuditSubject, hasFile } from '../subject.ts';

/** What will answer, whether it may, and whether ONNX could instead. */
export function checkRuntime(subject: AuditSubject): Finding[] {
  const { runtime, mlmodel } = subject;
  const where = 'MLmodel: flavors';
  if (runtime === undefined) {
    const what = `no flavor of it can be served (${Object.keys(mlmodel.flavors).join(', ')})`;
    return [finding('no-runtime', where, what, 'log it with an MLflow flavor')];
  }
  if (runtime !== 'python') return [];
  const found = [
    finding(
      'needs-python',
      where,
      'the model answers in a Python process of its own environment; its code runs there',
      'name its registry or folder in python.trust of endpoint.yaml, or by --trust',
    ),
    conversion(subject),
  ];
  return [...found, ...code(subject)];
}

/** The flavor that MLflow itself would load it with. */
export function nativeFlavor({ mlmodel: { flavors } }: AuditSubject): string | undefined {
  const loader = String(flavors['python_function']?.['loader_module'] ?? '');
  return /^mlflow\.(\w+)$/.exec(loader)?.[1];
}

/** The flavor that has a converter; undefined: there is none for this model. */
export function convertibleAs(subject: AuditSubject): string | undefined {
  const flavor = nativeFlavor(subject);
  const isKnown = flavor !== undefined && subject.context.converters.includes(flavor);
  return subject.runtime === 'python' && isKnown ? flavor : undefined;
}

function conversion(subject: AuditSubject): Finding {
  const flavor = convertibleAs(subject);
  if (flavor !== undefined) {
    const what = `there is a converter to ONNX for ${flavor}; what it cannot convert, or not exactly, it says`;
    const fix = `mlflow-serverless convert -m ${subject.context.modelUri} -o converted --trust <its registry or folder>`;
    return finding('converts', `MLmodel: flavors.${flavor}`, what, fix);
  }
  const found = nativeFlavor(subject) ?? 'python_function';
  return finding(
    'no-converter',
    'MLmodel: flavors',
    `there is no converter to ONNX for ${found}; it is served by Python`,
  );
}

/** Source that runs when the model is opened. */
function code(subject: AuditSubject): Finding[] {
  const pyfunc = subject.mlmodel.flavors['python_function'] ?? {};
  const found: Finding[] = [];
  const script = pyfunc['model_code_path'];
  if (typeof script === 'string') {
    const what = `the model is Python source (${script.slice(0, 80)}), run when it is opened`;
    found.push(finding('runs-code', 'MLmodel: flavors.python_function.model_code_path', what));
  }
  const folder = pyfunc['code'];
  if (typeof folder === 'string' && hasFile(subject, folder)) {
    const what = `the folder ${folder} is imported with the model`;
    found.push(finding('runs-code', 'MLmodel: flavors.python_function.code', what));
  }
  return found;
}
