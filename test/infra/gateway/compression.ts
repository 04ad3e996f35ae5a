import { gunzipSync, gzipSync } from 'node:zlib';
import type { GatewayAnswer } from './gateway-response.ts';
import type { ClientRequest } from './proxy-event.ts';

export interface CompressionSettings {
  /** Bytes; nothing is packed or unpacked without it. */
  readonly MinimumCompressionSize?: number;
}

type Message = Pick<ClientRequest, 'headers' | 'body'>;

/** An API with a minimum compression size also unpacks what comes in; the function sees plain bytes. */
export function decompressed({ headers, body }: Message, api: CompressionSettings): Message {
  if (api.MinimumCompressionSize === undefined || headers['content-encoding'] !== 'gzip') {
    return { headers, body };
  }
  const { 'content-encoding': _, ...rest } = headers;
  return { headers: rest, body: gunzipSync(body) };
}

/** Answers from the minimum on, for clients that accept it. */
export function compressed(
  answer: GatewayAnswer,
  accepted: string | undefined,
  api: CompressionSettings,
): GatewayAnswer {
  const { MinimumCompressionSize: minimumBytes = Number.POSITIVE_INFINITY } = api;
  const body = Buffer.from(answer.body);
  if (body.length < minimumBytes || !/\bgzip\b/.test(accepted ?? '')) return { ...answer, body };
  const headers = { ...answer.headers, 'content-encoding': 'gzip' };
  return { ...answer, headers, body: gzipSync(body) };
}
