import { createModelCache, type ModelCacheOptions } from '../../../src/serving/model-cache.ts';
import { createFakeClock } from '../../helpers/fake-clock.ts';
import {
  createFakeLoader,
  createFakeRegistry,
  createRecordingTelemetry,
  version,
} from '../../helpers/fake-models.ts';
import { parsed } from '../../helpers/parsed.ts';

export const CHAMPION = 'models:/wine@champion';

/** A cache on a registry where the champion is version 1. With `random` at 0.5, jitter adds nothing, and a back-off is three quarters of its step. */
export function createCacheWorld(options: Partial<ModelCacheOptions> = {}) {
  const clock = createFakeClock();
  const registry = createFakeRegistry({ [CHAMPION]: version(1) });
  const loader = createFakeLoader();
  const telemetry = createRecordingTelemetry();
  const cache = createModelCache({
    registry,
    loader,
    telemetry,
    clock,
    random: () => 0.5,
    maxResidentBytes: 1_000,
    ...options,
  });
  const served = async (uri = CHAMPION, deadlineAtMs?: number): Promise<string> => {
    const lease = await cache.acquire(uri, deadlineAtMs === undefined ? {} : { deadlineAtMs });
    const answer = await parsed(lease.model.predictor).predict(null, null);
    lease.release();
    return String(answer);
  };
  const move = (number: number): void => {
    registry.versionByUri.set(CHAMPION, version(number));
  };
  const eventTypes = (): string[] => telemetry.events.map(({ type }) => type);
  return { cache, clock, registry, loader, telemetry, served, move, eventTypes };
}
