import { readFileSync } from 'node:fs';
import { createLog, NO_TELEMETRY, openEndpoint, readServedConfiguration } from 'mlflow-serverless';

/** Copied into a foreign project by scripts/test-package.ts: one request to the core, without a server. */
const [registry = '', example = ''] = process.argv.slice(2);
const { answer } = await openEndpoint({
  configuration: readServedConfiguration({
    MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine/2',
    MLFLOW_REGISTRY_URI: registry,
  }),
  log: createLog({ level: 'silent' }),
  telemetry: NO_TELEMETRY,
});
const { body } = await answer(
  {
    method: 'POST',
    path: '/invocations',
    query: '',
    headers: { 'content-type': 'application/json' },
    body: readFileSync(example, 'utf8'),
  },
  { requestId: 'one', deadlineMs: Date.now() + 10_000 },
);
process.stdout.write(body, () => process.exit(0));
