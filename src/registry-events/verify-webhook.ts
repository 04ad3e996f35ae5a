import { createHmac, timingSafeEqual } from 'node:crypto';
import { ServingError } from '../errors.ts';

export interface WebhookRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As it came, before anybody parsed it. */
  readonly body: string | Uint8Array;
}

export interface VerifyOptions {
  /** Each is good: while a secret is rotated there are two. */
  readonly secrets: readonly string[];
  /** ms since epoch. */
  readonly nowMs: number;
}

/** A clock that is further off than this, or a recorded request, is refused; seconds. */
const TOLERANCE_SECONDS = 300;
const PREFIX = 'v1,';
const SHA256_BYTES = 32;

/**
 * Check that a webhook comes from an MLflow server that knows a secret, and from now.
 *
 * The HMAC-SHA256 covers `<delivery id>.<timestamp>.<body>`. All secrets are tried, each in constant
 * time, and every refusal reads alike: a forger does not learn how far the forgery got. Why is in the
 * error's `cause`, for the log.
 *
 * @returns the delivery id, which MLflow keeps over its retries
 * @throws {ServingError} UNAUTHENTICATED for anything but a good signature, TEMPORARILY_UNAVAILABLE without a secret
 * @see mlflow/webhooks/delivery.py, `_generate_hmac_signature`; https://www.standardwebhooks.com
 */
export function verifyWebhook({ headers, body }: WebhookRequest, options: VerifyOptions): string {
  const secrets = options.secrets.filter((secret) => secret !== '');
  if (secrets.length === 0) throw noSecret();
  const id = headers['x-mlflow-delivery-id'] ?? '';
  const timestamp = headers['x-mlflow-timestamp'] ?? '';
  const signature = headers['x-mlflow-signature'] ?? '';
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(id)) throw refused('its delivery id is missing or no id');
  if (!/^\d{1,12}$/.test(timestamp)) throw refused('its timestamp is missing or no number');
  const given = decodeSignature(signature);
  const content = [`${id}.${timestamp}.`, body];
  const isGood = secrets.map((secret) => matches(given, secret, content)).includes(true);
  if (!isGood) throw refused('its signature is missing or not made with a secret of ours');
  const offSeconds = Math.abs(options.nowMs / 1000 - Number(timestamp));
  if (offSeconds > TOLERANCE_SECONDS) {
    throw refused(`its timestamp is ${Math.round(offSeconds)} s off the clock here`);
  }
  return id;
}

/** Bytes of the right length in any case, so that what comes after takes the same time; zeros fit no secret. */
function decodeSignature(text: string): Buffer {
  const bytes = text.startsWith(PREFIX)
    ? Buffer.from(text.slice(PREFIX.length), 'base64')
    : Buffer.alloc(0);
  return bytes.length === SHA256_BYTES ? bytes : Buffer.alloc(SHA256_BYTES);
}

function matches(
  given: Buffer,
  secret: string,
  content: readonly (string | Uint8Array)[],
): boolean {
  const hmac = createHmac('sha256', secret);
  for (const part of content) hmac.update(part);
  return timingSafeEqual(given, hmac.digest());
}

const refused = (why: string): ServingError =>
  new ServingError(
    'UNAUTHENTICATED',
    'the webhook is refused: it must be signed by MLflow, now, with the secret that this endpoint knows',
    { cause: new Error(why) },
  );

const noSecret = (): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    'webhooks cannot be checked: no secret is set up; name one in MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET',
  );
