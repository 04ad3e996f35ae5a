/** Settings `BATCH_STORAGE__queueServiceUri` and so on say where the queues are, and by which identity. */
export const BATCH_CONNECTION = 'BATCH_STORAGE';
export const BATCH_QUEUE = 'mlflow-serverless-batch';
/** The host puts messages there that failed too often; its name is the host's. */
export const POISON_QUEUE = `${BATCH_QUEUE}-poison`;
