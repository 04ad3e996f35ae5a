/** Settings `BATCH_STORAGE__queueServiceUri` and so on say where the queues are, and by which identity. */
export const BATCH_CONNECTION = 'BATCH_STORAGE';
export const BATCH_QUEUE = 'mlflow-serverless-batch';
/** The host puts messages there that failed too often; its name is the host's. */
export const POISON_QUEUE = `${BATCH_QUEUE}-poison`;

/**
 * A message of the poison queue: what starts the file again, as `parseBlobEvents` reads it, and why it failed.
 *
 * @param replay an event, or the text of one
 */
export const poisonMessage = (replay: unknown, error: string): string =>
  JSON.stringify({ poison: replay, error });
