import { createHmac, randomUUID } from 'node:crypto';

export interface WebhookToSign {
  readonly body: string;
  readonly secret: string;
  /** ms since epoch. */
  readonly nowMs: number;
  /** @default a new one */
  readonly id?: string;
}

/** The headers that MLflow sends with a webhook. @see mlflow/webhooks/delivery.py */
export function signedHeaders({ body, secret, nowMs, id = randomUUID() }: WebhookToSign) {
  const timestamp = String(Math.floor(nowMs / 1000));
  const hmac = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`);
  return {
    'content-type': 'application/json',
    'x-mlflow-delivery-id': id,
    'x-mlflow-timestamp': timestamp,
    'x-mlflow-signature': `v1,${hmac.digest('base64')}`,
  };
}

/** A body as MLflow writes it. */
export const webhookBody = (
  entity: string,
  action: string,
  data: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, unknown>> = {},
): string =>
  JSON.stringify({ entity, action, timestamp: '2026-01-01T00:00:00+00:00', data, ...rest });
