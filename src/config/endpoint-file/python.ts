import { z } from 'zod';
import { list, oneOf, positive, section, text, wholeNumber } from './fields.ts';

/** `store` and `registry` are this endpoint's own. */
const trusted = text(
  'store, registry, s3://bucket/prefix, an address http(s)://… or a folder with a slash; no comma',
  /^(?:store|registry|(?:s3|https?|file|sqlite|mlflow-artifacts):\/[^\s,]+|(?!.*:\/)[^\s,]*\/[^\s,]*)$/,
);

/** Those that change how the function itself runs, or whom it is, are not the model's to set. */
const environment = z.record(
  text(
    'the name of a variable, such as MODEL_THRESHOLD; not one that the function itself reads (AWS_…, LAMBDA_…, LD_…, MLFLOW_…, NODE_…, PATH, HOME, those of Python and OpenTelemetry)',
    /^(?!(?:AWS|LAMBDA|LD|MLFLOW|NODE|OTEL|POWERTOOLS|PYTHON)_|PYTHON|(?:PATH|HOME|TMPDIR|S3_ENDPOINT_URL)$)[A-Za-z][A-Za-z0-9_]*$/,
  ),
  text('a text', /^/),
  { error: 'expected a mapping of names to texts' },
);

export const python = section({
  trust: list(trusted, 'registries and places: store, registry, s3://bucket/prefix, …')
    .optional()
    .describe('Models from here may run their own Python code: pickles are code. Default: none'),
  network: oneOf(['deny', 'allow'])
    .default('deny')
    .describe('Whether the code of a model may use the network'),
  environment: environment
    .default({})
    .describe('Environment variables that the code of a model sees. No secrets: they are readable'),
  memoryMiB: wholeNumber(128)
    .optional()
    .describe('A Python process that takes more is ended; the next request starts another'),
  startTimeoutSeconds: positive()
    .default(120)
    .describe('How long a Python process may take to load its model'),
  image: text('a folder, for example image')
    .default('image')
    .describe('Folder of the Dockerfile that generate-dockerfile wrote: what is deployed'),
}).describe('Models that are Python code');
