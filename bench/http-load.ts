import autocannon from 'autocannon';
import { median } from './statistics.ts';

export interface Load {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** A fixed time of requests over 8 connections; throws when one of them failed. */
export async function measureLoad(
  url: string,
  body: string,
  seconds: number,
  contentType = 'application/json',
): Promise<Load> {
  const result = await autocannon({
    url: `${url}/invocations`,
    method: 'POST',
    headers: { 'content-type': contentType },
    body,
    connections: 8,
    duration: seconds,
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx + result.errors} failed requests`);
  return {
    requestsPerSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  };
}

/** Requests before the ones that count: both servers compile or fill caches meanwhile. */
const WARM_UP = 5;

/** Median time of one large request after another; ms. */
export async function measureLargeBody(
  url: string,
  body: string,
  contentType: string,
  rounds: number,
): Promise<number> {
  const samples: number[] = [];
  for (let round = 0; round < rounds + WARM_UP; round++) {
    const started = performance.now();
    const response = await fetch(`${url}/invocations`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body,
    });
    const text = await response.text();
    if (response.status !== 200)
      throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
    if (round >= WARM_UP) samples.push(performance.now() - started);
  }
  return median(samples);
}
