/** Share one run of something that takes long; after a failure the next call tries again. */
export function onceUnlessFailed<T>(run: () => T | Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    if (running === undefined) {
      running = (async () => run())();
      running.catch(() => {
        running = undefined;
      });
    }
    return running;
  };
}
