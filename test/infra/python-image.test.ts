import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointFileInput } from '../../src/config/endpoint-schema.ts';
import type { ImageFile } from '../../src/image/image-file.ts';
import { createStack, synthesize, templateOf } from './synth.ts';

let image: string;
beforeEach(() => {
  image = mkdtempSync(join(tmpdir(), 'image-'));
  generated({});
});
afterEach(() => rmSync(image, { recursive: true }));

/** What matters to synth of what generate-dockerfile writes. */
function generated(change: Partial<ImageFile>): void {
  const file: ImageFile = {
    format: 1,
    model: 'wine',
    modelUri: 'models:/wine/1',
    architecture: 'x64',
    requirements: '0123456789abcdef',
    version: '0.1.0',
    ...change,
  };
  mkdirSync(image, { recursive: true });
  writeFileSync(join(image, 'image.json'), JSON.stringify(file));
  writeFileSync(join(image, 'Dockerfile'), 'FROM scratch\n');
}

const endpoint = (wish: Partial<EndpointFileInput> = {}): EndpointFileInput => ({
  name: 'wine',
  model: 'models:/wine@champion',
  auth: 'none',
  runtime: 'python',
  python: { image, trust: ['store'] },
  ...wish,
});

/** Without the digest that CDK appends to a version's, which changes with the code. */
const idsOf = ({ Resources }: { Resources: object }): string[] =>
  Object.keys(Resources)
    .map((id) => id.replace(/(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}$/, '$1'))
    .sort();

const SERVING = { Description: 'Serves models:/wine@champion' };

describe('runtime: python', () => {
  it('runs the image, and is otherwise the function that the zip is', () => {
    const functionOf = (template: Template) =>
      Object.values(template.findResources('AWS::Lambda::Function', { Properties: SERVING }))[0]?.[
        'Properties'
      ];

    const { Code, PackageType, Environment, ...rest } = functionOf(synthesize(endpoint()));
    const zip = functionOf(templateOf('auth none'));

    expect(PackageType).toBe('Image');
    expect(Object.keys(Code)).toEqual(['ImageUri']);
    const { Code: _, Handler, Runtime, Environment: before, ...same } = zip;
    expect(rest).toEqual(same);
    expect(Environment.Variables).toEqual({
      ...before.Variables,
      MLFLOW_SERVERLESS_RUNTIME: 'python',
      MLFLOW_SERVERLESS_PYTHON_TRUST: before.Variables.MLFLOW_REGISTRY_URI,
      MLFLOW_SERVERLESS_PYTHON_NETWORK: 'deny',
      MLFLOW_SERVERLESS_PYTHON_START_TIMEOUT_SECONDS: '120',
    });
  });

  it('sets the variables that the model’s code may see', () => {
    const environment = { MODEL_THRESHOLD: '0.5' };

    const template = synthesize(endpoint({ python: { image, trust: ['store'], environment } }));

    template.hasResourceProperties('AWS::Lambda::Function', {
      ...SERVING,
      Environment: {
        Variables: Match.objectLike({
          MODEL_THRESHOLD: '0.5',
          MLFLOW_SERVERLESS_PYTHON_ENVIRONMENT: 'MODEL_THRESHOLD',
        }),
      },
    });
  });

  it.each([
    { architecture: 'x64', platform: 'linux/amd64' },
    { architecture: 'arm64', platform: 'linux/arm64' },
  ] as const)('has the image built for $platform, without Docker at synth', ({
    architecture,
    platform,
  }) => {
    generated({ architecture });

    const { app, stack } = createStack(endpoint({ lambda: { architecture } }));

    const assets = app
      .synth()
      .getStackArtifact(stack.artifactId)
      .dependencies.map((one) => (one as { contents?: { dockerImages?: object } }).contents)
      .flatMap((contents) => Object.values(contents?.dockerImages ?? {}));
    expect(assets).toHaveLength(1);
    expect(assets[0]).toMatchObject({ source: { platform } });
  });

  it('keeps the ids of everything, and what is built once', () => {
    const first = synthesize(endpoint()).toJSON();

    expect(synthesize(endpoint()).toJSON()).toEqual(first);
    expect(idsOf(first)).toEqual(idsOf(templateOf('auth none').toJSON()));
  });

  it.each([
    {
      name: 'no folder',
      prepare: () => rmSync(join(image, 'image.json')),
      wish: {},
      message:
        /no image\.json.+run: mlflow-serverless generate-dockerfile -m models:\/wine@champion -d \S+$/,
    },
    {
      name: 'an image of another model',
      prepare: () => generated({ model: 'beer' }),
      wish: {},
      message: /was made for the model beer, and the endpoint serves wine; run: mlflow-serverless/,
    },
    {
      name: 'an image for another processor',
      prepare: () => {},
      wish: { lambda: { architecture: 'arm64' as const } },
      message: /was made for x64, and the endpoint runs on arm64; run: .+ --architecture arm64$/,
    },
  ])('refuses $name, with the command that helps', ({ prepare, wish, message }) => {
    prepare();

    expect(() => synthesize(endpoint(wish))).toThrow(message);
  });

  it('refuses to trust nobody, with what to write', () => {
    expect(() => synthesize(endpoint({ python: { image } }))).toThrow(
      'add python: { trust: [store] }',
    );
  });
});

describe('runtime: auto', () => {
  const packageType = (file: EndpointFileInput): unknown =>
    Object.values(
      synthesize(file).findResources('AWS::Lambda::Function', { Properties: SERVING }),
    )[0]?.['Properties'].PackageType;

  it('takes the image that was generated, when somebody is trusted', () => {
    expect(packageType(endpoint({ runtime: 'auto' }))).toBe('Image');
  });

  it('takes the zip when nobody is trusted, or no image was generated', () => {
    expect(packageType(endpoint({ runtime: 'auto', python: { image } }))).toBeUndefined();
    rmSync(join(image, 'image.json'));
    expect(packageType(endpoint({ runtime: 'auto' }))).toBeUndefined();
  });

  it('never takes the image with runtime: node', () => {
    expect(packageType(endpoint({ runtime: 'node' }))).toBeUndefined();
  });
});
