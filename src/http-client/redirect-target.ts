import { describePlace } from './attempt.ts';
import { HttpProblem } from './http-problem.ts';

/**
 * Where a redirect leads.
 *
 * @throws {HttpProblem} `bad-page` for too many, for one without a target and for one from https to http
 */
export function redirectTarget(
  from: URL,
  location: string | undefined,
  hop: number,
  max: number,
): URL {
  const place = describePlace(from);
  if (hop >= max) {
    const fault =
      max === 0 ? 'redirects, which is switched off' : `redirects more than ${max} times`;
    throw new HttpProblem('bad-page', `${place} ${fault}`);
  }
  const target = location === undefined ? null : URL.parse(location, from.href);
  if (target === null || !/^https?:$/.test(target.protocol)) {
    throw new HttpProblem('bad-page', `${place} redirects to a place that cannot be read`);
  }
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw new HttpProblem('bad-page', `${place} redirects from https to http, which is refused`);
  }
  return target;
}
