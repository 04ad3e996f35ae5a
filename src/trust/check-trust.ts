import { ServingError } from '../errors.ts';
import type { MlModel } from '../model/mlmodel.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import { describePythonFlavor } from './python-flavor.ts';
import type { TrustList } from './trust-list.ts';

export interface TrustQuestion {
  /** Where the model's files are now. */
  readonly directory: string;
  readonly version: ModelVersion;
  readonly mlmodel: MlModel;
  /** What the version was looked up in; undefined for plain files. */
  readonly registry: string | undefined;
  readonly trust: TrustList;
  readonly arePicklesAllowed: boolean;
}

/**
 * Let a model's own code run, or say why not and what to write so that it may.
 *
 * Who may write to a trusted registry decides what runs: where the files of its versions lie is bounded by the lists of
 * allowed hosts and buckets, and they are compared with their digests before anybody asks here.
 *
 * @throws {ServingError} PERMISSION_DENIED
 */
export function checkTrust(question: TrustQuestion): void {
  const { directory, version, mlmodel, registry, trust, arePicklesAllowed } = question;
  const { text, isPickle } = describePythonFlavor(directory, mlmodel);
  const subject = `model "${version.name}" is Python code (${text})`;
  if (isPickle && !arePicklesAllowed) {
    throw new ServingError(
      'PERMISSION_DENIED',
      `${subject}, and MLFLOW_ALLOW_PICKLE_DESERIALIZATION=false forbids pickles; ` +
        'publish it converted to ONNX (mlflow-serverless convert), log it as models-from-code, or set the variable to true',
    );
  }
  const places = [version.source, ...(registry === undefined ? [] : [registry])];
  if (trust.trusts(places)) return;
  const place = withoutSecrets(registry ?? version.source);
  throw new ServingError(
    'PERMISSION_DENIED',
    `${subject} from ${place}, and code from there is not trusted to run; if you trust whoever can write there, add ` +
      `--trust ${place} (or MLFLOW_SERVERLESS_PYTHON_TRUST, or python: { trust: [${place}] } in endpoint.yaml)`,
  );
}

const withoutSecrets = (uri: string): string =>
  uri
    .replace(/:\/\/[^/?#]*@/, '://')
    .replace(/[?#].*$/, '')
    .slice(0, 200);
