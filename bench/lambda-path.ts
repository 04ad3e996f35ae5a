import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { alternate, quantile } from './statistics.ts';

const require = createRequire(import.meta.url);

/** The built handler and the hand-written floor, both with the model open, in this process. */
export interface LambdaPath {
  handler: (body: string, contentType: string) => Promise<string>;
  floorJson: (body: string) => Promise<string>;
  floorCsv: (body: string) => Promise<string>;
}

/** Load dist/lambda/x64 as Lambda would, with a model folder. */
export async function openLambdaPath(
  model: string,
  { withFloor = true }: { withFloor?: boolean } = {},
): Promise<LambdaPath> {
  process.env['MLFLOW_SERVERLESS_MODEL_URI'] = model;
  process.env['MLFLOW_SERVERLESS_LOG_LEVEL'] = 'error';
  const built = await import(resolve('dist/lambda/x64/invocations.js'));
  const floor = require(resolve('bench/bare/predict.cjs'));
  // Not for the figure of resident memory: the floor brings an ONNX Runtime of its own.
  const session = withFloor ? await floor.open(join(model, 'model.onnx')) : undefined;
  return {
    handler: async (body, contentType) => {
      const result = await built.handler(eventWith(body, contentType), CONTEXT);
      if (result.statusCode !== 200)
        throw new Error(`the handler answered ${result.statusCode}: ${result.body}`);
      return result.body;
    },
    floorJson: (body) => floor.predictJson(session, body),
    floorCsv: (body) => floor.predictCsv(session, body),
  };
}

const CONTEXT = {
  awsRequestId: 'bench',
  getRemainingTimeInMillis: () => 30_000,
};

/** An HTTP API (v2) event as API Gateway sends it, with the headers of a usual client. */
const eventWith = (body: string, contentType: string) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: '/invocations',
  rawQueryString: '',
  headers: {
    accept: '*/*',
    'content-length': String(body.length),
    'content-type': contentType,
    host: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
    'user-agent': 'python-requests/2.32',
    'x-amzn-trace-id': 'Root=1-00000000-000000000000000000000000',
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  },
  requestContext: {
    accountId: '000000000000',
    apiId: 'abcdefghij',
    domainName: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
    domainPrefix: 'abcdefghij',
    http: {
      method: 'POST',
      path: '/invocations',
      protocol: 'HTTP/1.1',
      sourceIp: '192.0.2.1',
      userAgent: 'python-requests/2.32',
    },
    requestId: 'bench',
    routeKey: '$default',
    stage: '$default',
    time: '01/Jan/2026:00:00:00 +0000',
    timeEpoch: 1767225600000,
  },
  body,
  isBase64Encoded: false,
});

export interface PairedTimes {
  oursP50Ms: number;
  oursP99Ms: number;
  floorP50Ms: number;
  floorP99Ms: number;
}

/** Ours and the floor in turn, after a warm-up; every call is one sample. */
export async function measurePair(
  rounds: number,
  ours: () => Promise<string>,
  floor: () => Promise<string>,
): Promise<PairedTimes> {
  const warmUp = Math.max(5, rounds / 10);
  await alternate(warmUp, [ours, floor]);
  const [mine = [], theirs = []] = await alternate(rounds, [ours, floor]);
  return {
    oursP50Ms: quantile(mine, 0.5),
    oursP99Ms: quantile(mine, 0.99),
    floorP50Ms: quantile(theirs, 0.5),
    floorP99Ms: quantile(theirs, 0.99),
  };
}
