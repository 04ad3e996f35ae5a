import { type Finding, finding } from '../findings.ts';
import type { AuditSubject } from '../subject.ts';
import { pinsOf } from './requirements.ts';

/** Which setting of a flavor names the version of which package. */
const VERSION_KEYS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  sklearn: [['sklearn_version', 'scikit-learn']],
  xgboost: [['xgb_version', 'xgboost']],
  lightgbm: [['lgb_version', 'lightgbm']],
  catboost: [['catboost_version', 'catboost']],
  pytorch: [['pytorch_version', 'torch']],
  keras: [['keras_version', 'keras']],
  tensorflow: [['keras_version', 'keras']],
  statsmodels: [['statsmodels_version', 'statsmodels']],
  prophet: [['prophet_version', 'prophet']],
  spacy: [['spacy_version', 'spacy']],
  python_function: [['cloudpickle_version', 'cloudpickle']],
};

/** The first major version whose models need nothing special. */
const OLD_MLFLOW_MAJOR = 2;

/** Whether what is installed is what the model was saved with: pickles are read by the same versions only. */
export function checkLibraries(
  { mlmodel: { flavors, mlflowVersion } }: AuditSubject,
  lines: readonly string[],
  source: string,
): Finding[] {
  const pins = pinsOf(lines);
  const found = Object.entries(flavors).flatMap(([flavor, settings]) =>
    (VERSION_KEYS[flavor] ?? []).flatMap(([key, name]) => {
      const saved = settings[key];
      const pin = pins.get(name);
      if (typeof saved !== 'string' || pin === undefined || isSame(saved, pin)) return [];
      const what = `the model was saved with ${name} ${saved}, ${pin} would be installed: it may not open, or answer otherwise`;
      return [
        finding(
          'library-mismatch',
          `MLmodel: flavors.${flavor}.${key}, ${source}`,
          what,
          `write ${name}==${saved}`,
        ),
      ];
    }),
  );
  const pin = pins.get('mlflow') ?? pins.get('mlflow-skinny');
  if (mlflowVersion !== undefined && pin !== undefined && !isSame(mlflowVersion, pin)) {
    const what = `the model was logged by MLflow ${mlflowVersion}, ${pin} would answer`;
    found.push(finding('mlflow-mismatch', `MLmodel: mlflow_version, ${source}`, what));
  }
  return found;
}

/** MLflow's own age, whatever the files pin. */
export function checkMlflow({ mlmodel: { mlflowVersion } }: AuditSubject): Finding[] {
  const where = 'MLmodel: mlflow_version';
  const fix = 'log the model again with MLflow 3';
  if (mlflowVersion === undefined) {
    return [finding('mlflow-old', where, 'is not there: the model is older than MLflow 1.26', fix)];
  }
  if (Number.parseInt(mlflowVersion, 10) >= OLD_MLFLOW_MAJOR) return [];
  const what = `MLflow ${mlflowVersion.slice(0, 40)} is no longer kept; its models may lack params, types and environment files`;
  return [finding('mlflow-old', where, what, fix)];
}

/** A build's own part, as in `2.3.0+cpu`, does not count. */
const isSame = (a: string, b: string): boolean => a.split('+')[0] === b.split('+')[0];
