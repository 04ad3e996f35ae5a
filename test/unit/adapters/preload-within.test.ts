import { describe, expect, it } from 'vitest';
import { preloadWithin } from '../../../src/adapters/preload-within.ts';

describe('preloadWithin', () => {
  it('waits until the model is open', async () => {
    let isOpen = false;

    await preloadWithin(async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      isOpen = true;
    }, 5_000);

    expect(isOpen).toBe(true);
  });

  it('stops waiting when the time is over', async () => {
    const startedAtMs = performance.now();

    await preloadWithin(() => new Promise(() => {}), 20);

    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  });

  it('leaves a failure to the first request', async () => {
    await expect(
      preloadWithin(() => Promise.reject(new Error('no bucket')), 5_000),
    ).resolves.toBeUndefined();
  });
});
