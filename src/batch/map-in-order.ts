/**
 * Do `work` on items of a stream, several at once, and give what came of them in the stream's order.
 *
 * Reading waits for the slowest: never more than `limit` items are read and not yet taken by the caller.
 * What is under way when the caller stops is waited for: nothing works on after the end.
 *
 * @param limit items at once, at least 1
 */
export async function* mapInOrder<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const pending: Promise<R>[] = [];
  try {
    for await (const item of source) {
      const result = work(item);
      result.catch(() => undefined); // thrown when its turn comes
      pending.push(result);
      if (pending.length >= limit) yield await (pending.shift() as Promise<R>);
    }
    while (pending.length > 0) yield await (pending.shift() as Promise<R>);
  } finally {
    await Promise.allSettled(pending);
  }
}
