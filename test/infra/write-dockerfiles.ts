import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeBase, pythonBase } from '../../src/image/base-images.ts';
import { httpDoor } from '../../src/image/http-door.ts';
import { lambdaDoor } from '../../src/image/lambda-door.ts';
import { writeBuildContext } from '../../src/image/write-build-context.ts';
import { NODE_VERSION } from '../../src/package-version.ts';
import { readModelRequirements } from '../../src/python-env/read-model-requirements.ts';

const MODEL = {
  'python_env.yaml':
    'python: 3.11.9\nbuild_dependencies:\n- pip==24.0\ndependencies:\n- -r requirements.txt\n',
  'requirements.txt':
    '--extra-index-url https://pypi.example.com/simple\n--trusted-host pypi.example.com\nmlflow==3.17.2\n-c constraints.txt\n./code/own-1.0-py3-none-any.whl\n',
  'constraints.txt': 'numpy<3\n',
  'code/own-1.0-py3-none-any.whl': 'not a wheel',
};

const IMAGES = [
  { platform: 'aws-lambda', architecture: 'x64' },
  { platform: 'aws-lambda', architecture: 'arm64' },
  { platform: 'http', architecture: 'x64' },
] as const;

/** Write the Dockerfiles for both processors and every platform, of a model that asks for everything there is. */
export async function writeDockerfiles(directory: string): Promise<string[]> {
  const model = join(directory, 'model');
  for (const [name, text] of Object.entries(MODEL)) {
    mkdirSync(join(model, name, '..'), { recursive: true });
    writeFileSync(join(model, name), text);
  }
  const requirements = await readModelRequirements(model, { flavors: {} });
  const paths: string[] = [];
  for (const { platform, architecture } of IMAGES) {
    const context = join(directory, `${platform}-${architecture}`);
    const door = platform === 'http' ? httpDoor : lambdaDoor;
    await writeBuildContext(context, {
      model,
      requirements,
      bases: { python: pythonBase(requirements.exactPython).image, node: nodeBase(NODE_VERSION) },
      packages: ['libgl1'],
      door: door(`lambda-${architecture}.zip`),
      doorFiles: {},
      image: {
        format: 1,
        model: 'a "model" with $(signs)',
        modelUri: 'models:/wine/1',
        architecture,
        platform,
        requirements: '0123456789abcdef',
        version: '0.1.0',
      },
      title: ['Serves versions of a model'],
    });
    paths.push(join(context, 'Dockerfile'));
  }
  return paths;
}
