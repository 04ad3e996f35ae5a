/** What `-m` accepts; in the help of every command that has it. */
export const MODEL_URIS = `
Model URIs:
  models:/wine@champion      the version that the alias champion means now
  models:/wine/3             version 3; models:/wine/latest the newest
  models:/wine/Production    the newest version in a stage
  models:/m-0123abcd         a logged model
  runs:/0123abcd/model       a model logged by a run
  path/to/model              a folder that holds an MLmodel; also file:, s3:, wasbs:, abfss:

The registry is named by --registry-uri, MLFLOW_REGISTRY_URI or MLFLOW_TRACKING_URI:
  http://127.0.0.1:5000      an MLflow tracking server
  sqlite:///mlflow.db        its database; mlruns: its file store, read directly
  s3://bucket/registry       a published registry; also as a folder
  wasbs://container@account.blob.core.windows.net/registry   the same in Azure Blob Storage`;

/** What `--to` accepts. */
export const REGISTRY_PLACES = `
The registry is named by --to, --registry-uri, MLFLOW_REGISTRY_URI or MLFLOW_TRACKING_URI:
  s3://bucket/registry       a published registry; also as a folder
  wasbs://container@account.blob.core.windows.net/registry   the same in Azure Blob Storage
  http://127.0.0.1:5000      an MLflow tracking server (promote)`;

export const PROGRAM_EXAMPLES = `
Examples:
  $ mlflow-serverless serve -m models:/wine@champion
  $ mlflow-serverless predict -m path/to/model -i rows.csv -t csv
  $ mlflow-serverless resolve -m models:/wine/latest
  $ mlflow-serverless publish -m models:/wine/3 --to s3://bucket/registry
  $ mlflow-serverless promote models:/wine/3 --alias champion --to s3://bucket/registry

Exit codes: 0 done, 1 failed, 2 wrong usage. MLFLOW_SERVERLESS_DEBUG=1 shows where an error comes from.`;

/** Of the commands that only read. */
export const EXAMPLES = {
  serve: `
Examples:
  $ mlflow-serverless serve -m models:/wine@champion
  $ mlflow-serverless serve -m models:/wine@champion --registry-uri http://127.0.0.1:5000 -p 8080
  $ mlflow-serverless serve -m s3://bucket/path/to/model -h 0.0.0.0 -w 4
  $ mlflow-serverless serve -c endpoint.yaml --registry-uri examples/registry
  $ mlflow-serverless serve -m models:/churn@champion --trust http://127.0.0.1:5000

A model that is not ONNX is Python code: it runs, in its own environment, only if its registry or its place is trusted.

Answers POST /invocations and GET /ping, /health and /version as "mlflow models serve" does.
Ctrl-C finishes the requests under way; a second one stops at once.`,
  predict: `
Examples:
  $ mlflow-serverless predict -m models:/wine@champion -i body.json
  $ mlflow-serverless predict -m path/to/model -t csv < rows.csv > predictions.json`,
  resolve: `
Examples:
  $ mlflow-serverless resolve -m models:/wine@champion
  $ mlflow-serverless resolve -m models:/wine/latest --json`,
} as const;

/** Of the command that scores files. */
export const BATCH_EXAMPLES = `
Examples:
  $ mlflow-serverless batch -m models:/wine@champion -i rows.csv -o scored
  $ mlflow-serverless batch -m models:/wine@champion -i s3://bucket/in/rows.jsonl.gz -o s3://bucket/out --max-refused-ratio 0.01

The output is <folder>/<input>/<job>/predictions.<format>, errors.jsonl with the rows that the model's signature refuses, and
_manifest.json, which is written last. The same file, model and options are one job: it is done once, however often it is started.`;

/** Of the command that goes through the dead-letter queue. */
export const REDRIVE_EXAMPLES = `
Examples:
  $ mlflow-serverless batch redrive
  $ mlflow-serverless batch redrive --replay --only s3://bucket/in/2026/

Looking at a message counts as receiving it, and hides it from others meanwhile. A file that is sent back twice is scored once.`;

/** Of the command that describes images. */
export const IMAGE_EXAMPLES = `
Examples:
  $ mlflow-serverless generate-dockerfile -m models:/churn@champion --registry-uri s3://bucket/registry
  $ mlflow-serverless generate-dockerfile -m path/to/model --name churn -d image --architecture arm64
  $ mlflow-serverless generate-dockerfile -m models:/churn@champion --platform http

The folder holds a Dockerfile, the model's requirements and what serves it; "cdk deploy" builds it when endpoint.yaml
says runtime: python. The model is not in it: versions come from the registry by their alias. A version with other
requirements is refused until the image is made again, and the one before goes on.`;

/** Of the commands that write to registries. */
export const REGISTRY_EXAMPLES = {
  publish: `
Examples:
  $ mlflow-serverless publish -m models:/wine/3 --to s3://bucket/registry --registry-uri http://127.0.0.1:5000
  $ mlflow-serverless publish -m models:/wine@champion --to ./registry
  $ mlflow-serverless publish -m path/to/model --to ./registry --name wine --version 1

The model is opened and answers its own input example before anybody can see it. The same files once more change
nothing; other files under a version that is there are refused.`,
  promote: `
Examples:
  $ mlflow-serverless promote models:/wine/3 --alias champion --to s3://bucket/registry
  $ mlflow-serverless promote models:/wine/3 --stage Production --to http://127.0.0.1:5000
  $ mlflow-serverless promote models:/wine --alias challenger --demote --to ./registry

With --demote the alias is removed; if a version is named, only if it means that version. On an MLflow server, the version
that enters Staging or Production is the only one there afterwards: the others are archived.`,
  rollback: `
Examples:
  $ mlflow-serverless rollback models:/wine@champion --to s3://bucket/registry
  $ mlflow-serverless rollback models:/wine/Production --to ./registry

Called again, it goes one change further back. It is a change like any other: list --history shows it.`,
  list: `
Examples:
  $ mlflow-serverless list --to s3://bucket/registry
  $ mlflow-serverless list models:/wine --history --to ./registry`,
  prune: `
Examples:
  $ mlflow-serverless prune models:/wine --keep 5 --dry-run --to s3://bucket/registry
  $ mlflow-serverless prune models:/wine --keep 5 --yes --to s3://bucket/registry

Versions that an alias or a stage means, or would mean after a rollback, stay as well.`,
} as const;

export const CONVERT_EXAMPLES = `
Examples:
  $ mlflow-serverless convert -m path/to/model -o converted --trust path/to/model
  $ mlflow-serverless convert -m models:/wine/3 -o wine-onnx --trust http://127.0.0.1:5000
  $ mlflow-serverless convert -m models:/wine/3 -o wine-onnx --check rows.csv --check more.parquet

The model's own code runs to convert it and to compare the answers: it must come from a place that --trust names.`;

export const AUDIT_EXAMPLES = `
Examples:
  $ mlflow-serverless audit -m models:/wine@champion
  $ mlflow-serverless audit -m path/to/model --fail-on warning
  $ mlflow-serverless audit -m models:/wine/3 --json

The model's files are read and never opened as a model: no pickle, no code of it. docs/audit.md explains each finding.`;

/** Of the command that deploys to Azure. */
export const DEPLOY_EXAMPLES = `
Examples:
  $ mlflow-serverless deploy azure -g my-group
  $ mlflow-serverless deploy azure -g my-group -c wine.yaml --run

Writes the parameters of infra/azure/main.bicep and prints a script of az commands; with --run it runs them.`;
