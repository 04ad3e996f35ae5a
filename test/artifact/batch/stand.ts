import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { BatchManifest } from '../../../src/batch/batch-manifest.ts';
import { stopServers } from '../../interop/processes.ts';
import { BUCKET_KEYS, startBucket } from '../bucket.ts';
import type { LambdaOptions } from '../lambda-process.ts';
import { createInstance, type RestartedInstance } from './instance.ts';
import type { Told } from './messages.ts';
import { type QueueServer, type Queues, startQueueServer } from './queues.ts';

const ZIP = 'dist/lambda-x64.zip';
const FILES = 'files';

export interface Stand {
  readonly s3: S3Client;
  readonly s3Url: string;
  readonly queues: QueueServer;
  /** Put a file into `files/in`. */
  put(name: string, body: string | Uint8Array): Promise<Told>;
  /** Put a file of the registry, which is `models/registry`. */
  publish(path: string, body: string | Uint8Array): Promise<void>;
  moveAlias(version: string): Promise<void>;
  /** An instance of the function of the queue; gone when the stand closes. */
  start(options?: StartOptions): RestartedInstance;
  /** The keys of what came of one input, or of all. */
  list(name?: string): Promise<string[]>;
  read(key: string): Promise<Buffer>;
  remove(key: string): Promise<void>;
  /** How often an object was read so far. */
  reads(key: string): number;
  /** Uploads that were begun and neither ended nor given up. */
  uploads(): Promise<string[]>;
  /** The one manifest of an input; throws when there is another number of them. */
  manifest(name: string): Promise<BatchManifest>;
  /** The files with predictions that the manifest of an input names. */
  outputs(name: string): Promise<{ readonly path: string; readonly bytes: Buffer }[]>;
  /** All of them in one. */
  predictions(name: string): Promise<Buffer>;
  close(): Promise<void>;
}

export interface StartOptions {
  /** What failed comes again as the function says, and what is final is put away at once. */
  readonly known?: Queues;
  readonly environment?: Record<string, string>;
  readonly handler?: string;
  readonly timeoutMs?: number;
  readonly isolated?: boolean;
}

/** The built zip, a real S3 server with the registry of the examples, and queues. */
export async function openStand(): Promise<Stand> {
  if (!existsSync(ZIP)) throw new Error(`${ZIP} is missing: run npm run build first`);
  const work = mkdtempSync(join(tmpdir(), 'batch-stand-'));
  const directory = join(work, 'function');
  execFileSync('unzip', ['-q', ZIP, '-d', directory]);
  const requestLog = join(work, 's3-requests');
  const [bucket, queues] = await Promise.all([
    startBucket(join(work, 's3'), {
      usersDirectory: join(work, 'users'),
      versionsDirectory: join(work, 'versions'),
      requestLog,
    }),
    startQueueServer(),
  ]);
  await bucket.putFolder('registry', 'examples/registry');
  const s3 = new S3Client({
    endpoint: bucket.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: {
      accessKeyId: BUCKET_KEYS.AWS_ACCESS_KEY_ID,
      secretAccessKey: BUCKET_KEYS.AWS_SECRET_ACCESS_KEY,
    },
  });
  await s3.send(new CreateBucketCommand({ Bucket: FILES }));
  const instances: RestartedInstance[] = [];

  const list = async (name?: string): Promise<string[]> => {
    const Prefix = name === undefined ? 'out/' : `out/in/${name}/`;
    const listed = new ListObjectsV2Command({ Bucket: FILES, Prefix });
    return ((await s3.send(listed)).Contents ?? []).map(({ Key }) => Key ?? '').sort();
  };
  const read = async (Key: string): Promise<Buffer> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: FILES, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  const manifestKey = async (name: string): Promise<string> => {
    const keys = (await list(name)).filter((key) => key.endsWith('/_manifest.json'));
    if (keys.length !== 1) throw new Error(`${keys.length} manifests of ${name}: ${keys}`);
    return keys[0] as string;
  };
  const outputs: Stand['outputs'] = async (name) => {
    const key = await manifestKey(name);
    const manifest = JSON.parse((await read(key)).toString()) as BatchManifest;
    const readOne = async ({ path }: { path: string }) => ({
      path,
      bytes: await read(key.replace('_manifest.json', path)),
    });
    return Promise.all(manifest.outputs.map(readOne));
  };
  return {
    s3,
    s3Url: bucket.url,
    queues,
    list,
    read,
    async put(name, body) {
      const key = `in/${name}`;
      const Body = Buffer.from(body);
      const { ETag = '', VersionId } = await s3.send(
        new PutObjectCommand({ Bucket: FILES, Key: key, Body }),
      );
      const told = { bucket: FILES, key, etag: ETag.replaceAll('"', '') };
      return VersionId ? { ...told, versionId: VersionId } : told;
    },
    publish: (path, body) => bucket.put(`registry/${path}`, body),
    moveAlias: (version) =>
      bucket.put('registry/models/wine/aliases/champion.json', JSON.stringify({ version })),
    start({ known, environment = {}, handler = 'batch.handler', timeoutMs, isolated } = {}) {
      const options: LambdaOptions = {
        ...{ directory, handler },
        ...(isolated !== undefined && { isolated }),
        environment: {
          ...BUCKET_KEYS,
          MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
          MLFLOW_REGISTRY_URI: 's3://models/registry',
          MLFLOW_S3_ENDPOINT_URL: bucket.url,
          MLFLOW_SERVERLESS_BATCH_INPUT: `s3://${FILES}/in`,
          MLFLOW_SERVERLESS_BATCH_OUTPUT: `s3://${FILES}/out`,
          AWS_ENDPOINT_URL_SQS: queues.url,
          ...(known && {
            MLFLOW_SERVERLESS_BATCH_QUEUE_URL: known.url,
            MLFLOW_SERVERLESS_BATCH_FAILURES_URL: known.failuresUrl,
          }),
          ...environment,
        },
      };
      const instance = createInstance(options, timeoutMs === undefined ? {} : { timeoutMs });
      instances.push(instance);
      return instance;
    },
    async uploads() {
      const listed = await s3.send(new ListMultipartUploadsCommand({ Bucket: FILES }));
      return (listed.Uploads ?? []).map(({ Key }) => Key ?? '');
    },
    reads: (key) =>
      readFileSync(requestLog, 'utf8')
        .split('\n')
        .filter((line) => line.includes(` s3_GetObject ${key} `)).length,
    remove: async (Key) => void (await s3.send(new DeleteObjectCommand({ Bucket: FILES, Key }))),
    manifest: async (name) => JSON.parse((await read(await manifestKey(name))).toString()),
    outputs,
    predictions: async (name) => Buffer.concat((await outputs(name)).map(({ bytes }) => bytes)),
    async close() {
      for (const instance of instances) await instance.stop();
      if (process.env['ARTIFACT_LOG']) for (const { log } of instances) console.log(log());
      await stopServers();
      rmSync(work, { recursive: true, force: true });
    },
  };
}

/** The columns of the example model. */
export const COLUMNS: readonly string[] = JSON.parse(
  readFileSync('examples/registry/models/wine/versions/2/model/serving_input_example.json', 'utf8'),
).dataframe_split.columns;
