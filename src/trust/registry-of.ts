import { parseModelUri } from '../registry/model-uri.ts';
import {
  findRegistry,
  findTracking,
  type RegistryLocation,
} from '../registry/registry-location.ts';

/**
 * The registry that a model URI is looked up in, as a URI; undefined for plain files.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE or NOT_IMPLEMENTED when there is none
 */
export function registryOf(
  modelUri: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { kind } = parseModelUri(modelUri);
  if (kind === 'files') {
    // Files that the tracking server hands out are as good as its word.
    return /^mlflow-artifacts:\/(?!\/)/i.test(modelUri.trim())
      ? uriOf(findTracking(environment, process.cwd()))
      : undefined;
  }
  const isTracked = kind === 'run' || kind === 'logged-model';
  const find = isTracked ? findTracking : findRegistry;
  return uriOf(find(environment, process.cwd()));
}

function uriOf(location: RegistryLocation): string {
  switch (location.kind) {
    case 'rest':
      return location.serverUrl;
    case 'objects':
      return location.uri;
    case 'folder':
      return location.path;
    case 'sqlite':
      return `sqlite:///${location.path}`;
  }
}
