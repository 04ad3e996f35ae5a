import { createLog } from '../../../src/log.ts';
import type { EventScope } from '../../../src/registry-events/event-scope.ts';
import type { Following } from '../../../src/registry-events/following.ts';
import { createFakeRegisteredModels } from '../../helpers/fake-registered-models.ts';
import { createMemoryObjectStore } from '../../helpers/memory-object-store.ts';
import { publishedObjects } from '../../helpers/published-model.ts';

/** Model `wine` with versions 1 to 4 in MLflow, of which 1 and 2 are published; no alias yet. */
export function createWorld(scope: Partial<EventScope> = {}) {
  const mlflow = createFakeRegisteredModels('wine', ['1', '2', '3', '4']);
  const target = createMemoryObjectStore();
  const published: string[] = [];
  const lines: string[] = [];
  const put = (version: string): void => {
    for (const [key, bytes] of publishedObjects('wine', Number(version), { MLmodel: '' })) {
      target.objects.set(key, bytes);
    }
  };
  for (const version of ['1', '2']) put(version);
  const following: Following = {
    mlflow,
    target,
    scope: { publishOn: new Set(['alias']), stages: new Set(), ...scope },
    publish: async (_name, version) => {
      published.push(version);
      put(version);
    },
    log: createLog({ level: 'info', stream: { write: (line) => lines.push(line) } }),
  };
  const wine = mlflow.models.get('wine');
  if (wine === undefined) throw new Error('there is no wine');
  const pointer = (key: string): unknown => target.json(`models/wine/${key}.json`);
  return { following, mlflow, target, published, lines, wine, pointer };
}
