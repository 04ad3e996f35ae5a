import { describePythonFlavor } from '../../trust/python-flavor.ts';
import { type Finding, finding, listed } from '../findings.ts';
import { type AuditSubject, isPython } from '../subject.ts';
import { convertibleAs, nativeFlavor } from './runtime.ts';

const PICKLE = /\.(?:pkl|pickle|joblib|cloudpickle|pth|pt|dill)(?:\.(?:gz|bz2|xz|lzma))?$/i;
/** By their MLmodel, not by their names. */
const FLAVOR_PICKLES = /\.(?:statsmodels|pmd)$/i;

/** Which files are code when they are opened, and who may. Nothing is opened here. */
export function checkPickles(subject: AuditSubject): Finding[] {
  const { files, mlmodel, directory, context } = subject;
  const pickles = files
    .map(({ path }) => path)
    .filter((path) => PICKLE.test(path) || FLAVOR_PICKLES.test(path));
  const found: Finding[] = [];
  if (pickles.length > 0) {
    const what = isPython(subject)
      ? 'opening a pickle runs what is in it; only trusted sources may'
      : 'a pickle lies beside the model; it is never opened to answer';
    const fix = isPython(subject)
      ? withoutPickle(subject)
      : 'leave it out of what is published, if nobody needs the original';
    const item = finding('pickle', listed(pickles), what, fix);
    found.push(isPython(subject) ? item : { ...item, severity: 'note' });
  }
  const skops = files.map(({ path }) => path).filter((path) => /\.skops$/i.test(path));
  const types = mlmodel.flavors['sklearn']?.['skops_trusted_types'];
  if (skops.length > 0) {
    const named = Array.isArray(types) ? types.map(String) : [];
    const what =
      named.length > 0
        ? `the model itself says which types are trusted (${listed(named)}): that is as much code as a pickle`
        : 'skops opens only types that it knows';
    const item = finding('skops-types', listed(skops), what);
    found.push(named.length > 0 ? item : { ...item, severity: 'note' });
  }
  if (!isPython(subject) || context.arePicklesAllowed) return found;
  const flavor = describePythonFlavor(directory, mlmodel);
  if (!flavor.isPickle) return found;
  const what = `MLFLOW_ALLOW_PICKLE_DESERIALIZATION=false refuses it here (${flavor.text})`;
  return [...found, finding('pickle-refused', 'MLmodel: flavors', what, withoutPickle(subject))];
}

/** What the flavor allows: a class of one's own becomes neither ONNX nor another format. */
const withoutPickle = (subject: AuditSubject): string => {
  if (convertibleAs(subject) !== undefined) {
    return 'convert the model to ONNX, or save it in another format (skops, ubj, safetensors)';
  }
  return nativeFlavor(subject) === undefined
    ? 'log the model from code: python_model="model.py" instead of an object'
    : 'save it in another format, if its library has one';
};
