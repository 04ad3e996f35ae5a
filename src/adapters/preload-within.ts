/** Lambda ends an init phase of 10 s and runs it again, slower: stay below it. Azure waits longer, but nobody gains by it; ms. */
export const INIT_BUDGET_MS = 8_000;

/**
 * Wait for `preload`, but no longer than the init phase allows. Never rejects.
 *
 * What is late goes on by itself; what failed is tried again, and reported, by the first request.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export async function preloadWithin(
  preload: () => Promise<unknown>,
  budgetMs: number = INIT_BUDGET_MS,
): Promise<void> {
  const { promise: timeOver, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, budgetMs);
  const ignore = (): void => {};
  await Promise.race([preload().then(ignore, ignore), timeOver]);
  clearTimeout(timer);
}
