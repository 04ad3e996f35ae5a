import { parseModelUri } from '../../src/registry/model-uri.ts';
import { shellWord } from '../../src/shell-word.ts';

/** Lines for a shell that bring a version into the store, and let what is served mean it. */
export function publishLine(modelUri: string, registryUri: string): string {
  const uri = parseModelUri(modelUri);
  const name = 'name' in uri ? uri.name : '';
  const version = uri.kind === 'version' ? uri.version : '1';
  const model = shellWord(`models:/${name}/${version}`);
  const publish = `npx mlflow-serverless publish -m ${model} --to ${registryUri}`;
  const pointer =
    uri.kind === 'alias'
      ? `--alias ${shellWord(uri.alias)}`
      : uri.kind === 'stage'
        ? `--stage ${shellWord(uri.stage)}`
        : undefined;
  if (pointer === undefined) return publish;
  return `${publish} && npx mlflow-serverless promote ${model} ${pointer} --to ${registryUri}`;
}
