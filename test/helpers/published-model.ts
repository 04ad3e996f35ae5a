import { createHash } from 'node:crypto';

export type FilesOfModel = Readonly<Record<string, Buffer | string>>;

/** An ONNX model directory as MLflow writes it, reduced to what serving reads. */
export function onnxModelFiles(onnx: Buffer | string, example?: string): FilesOfModel {
  const lines = [
    'flavors:',
    '  onnx:',
    '    data: model.onnx',
    '    onnx_version: 1.18.0',
    '    providers:',
    '    - CPUExecutionProvider',
    'mlflow_version: 3.11.1',
  ];
  if (example !== undefined) {
    lines.push(
      'saved_input_example_info:',
      '  artifact_path: input_example.json',
      '  serving_input_path: serving_input_example.json',
      '  type: ndarray',
    );
  }
  return {
    MLmodel: `${lines.join('\n')}\n`,
    'model.onnx': onnx,
    ...(example === undefined ? {} : { 'serving_input_example.json': example }),
  };
}

/** The objects of one version in the published layout, by key; see docs/published-layout.md. */
export function publishedObjects(
  name: string,
  version: number,
  files: FilesOfModel,
): Map<string, Buffer> {
  const folder = `models/${encodeURIComponent(name)}/versions/${version}`;
  const bytesByPath = Object.entries(files).map(
    ([path, content]) => [path, Buffer.from(content)] as const,
  );
  const manifest = {
    schema: 'mlflow-serverless/manifest/1',
    name,
    version: String(version),
    files: bytesByPath.map(([path, bytes]) => ({
      path,
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })),
  };
  return new Map([
    ...bytesByPath.map(([path, bytes]) => [`${folder}/model/${path}`, bytes] as const),
    [`${folder}/manifest.json`, Buffer.from(JSON.stringify(manifest))],
  ]);
}

export const aliasKey = (name: string, alias: string): string =>
  `models/${encodeURIComponent(name)}/aliases/${alias}.json`;
