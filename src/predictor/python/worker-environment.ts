export type Variables = Readonly<Record<string, string | undefined>>;

/** What programs need to find their files, their language and their temporary folder. */
const SYSTEM =
  /^(PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TMP|TEMP|LD_LIBRARY_PATH|DYLD_\w+)$/;

/** Settings of Python, of the libraries that models are made with, and of the accelerators they run on. */
const LIBRARIES =
  /^(PYTHON|MLFLOW_|SERVING_MODEL_CONFIG$|OMP_|MKL_|OPENBLAS_|BLIS_|NUMEXPR_|VECLIB_|KMP_|GOMP_|CUDA_|NVIDIA_|ROCR_|HIP_|TF_|TF2_|XLA_|KERAS_|TORCH|PYTORCH_|ORT_|NUMBA_|JOBLIB_|LOKY_|SKLEARN_|XGBOOST_|CATBOOST_|ARROW_|TOKENIZERS_|TRANSFORMERS_|HF_|MPLCONFIGDIR$|XDG_|CONDA_|VIRTUAL_ENV$|SSL_CERT_|REQUESTS_CA_BUNDLE$)/;

/** Never passed, whatever begins as above: MLFLOW_TRACKING_TOKEN, HF_TOKEN, an address with a password. */
const SECRET =
  /(SECRET|TOKEN(?!IZERS)|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_KEY|PRIVATE_KEY|AUTH|USERNAME|_URI$|_URL$)/;

/**
 * The environment of a model's process: an allow-list, and of that nothing that looks like a secret.
 *
 * A list of what to leave out would be wrong on the day somebody adds a password under a new name; what a model needs
 * beyond this list is named one by one.
 *
 * @param passed further names, taken as they are
 */
export function workerEnvironment(
  variables: Variables,
  passed: readonly string[] = [],
): Record<string, string> {
  const kept = Object.entries(variables).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && isKept(entry[0], passed),
  );
  return { ...Object.fromEntries(kept), ...FIXED };
}

function isKept(name: string, passed: readonly string[]): boolean {
  if (passed.includes(name)) return true;
  if (name.startsWith('MLFLOW_SERVERLESS_')) return false;
  return (SYSTEM.test(name) || LIBRARIES.test(name)) && !SECRET.test(name);
}

/** Text is UTF-8 whatever the machine's locale, worker.py finds its parts, and nobody is told that a model was loaded. */
const FIXED = {
  PYTHONUTF8: '1',
  PYTHONSAFEPATH: '',
  MLFLOW_DISABLE_TELEMETRY: 'true',
  DO_NOT_TRACK: 'true',
} as const;
