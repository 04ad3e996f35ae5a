import { badRequest, type ServingError } from '../../errors.ts';
import { tidyMessage } from './load-problem.ts';

/**
 * Turn what ORT threw during a run into MLflow's 400, with ORT's reason but without the client's values.
 *
 * Wrong shapes are named exactly. A failing operator is named, and of its reason numbers stay only
 * where they are sizes (in brackets and braces): operators like Gather quote the cell they choke on.
 *
 * @see protocol: everything ORT raises is an ordinary exception, 400 BAD_REQUEST
 */
export function runProblem(cause: unknown): ServingError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return badRequest(rankProblem(text) ?? sizeProblem(text) ?? nodeProblem(text) ?? other(text), {
    cause,
  });
}

function rankProblem(text: string): string | undefined {
  const found = /Invalid rank for input: (.+?) Got: (\d+) Expected: (\d+)/s.exec(text);
  if (!found) return undefined;
  const [, input, given, expected] = found;
  const fix =
    given === '1'
      ? 'nest the lists accordingly; for columns of a table, log the model with a tensor signature or convert it with one input for all columns'
      : 'nest the lists accordingly';
  return `model input "${input}" has ${expected} dimensions, the request gave ${given}; ${fix}`;
}

function sizeProblem(text: string): string | undefined {
  const input = /invalid dimensions for input: (.+?) for the following/is.exec(text)?.[1];
  if (input === undefined) return undefined;
  const sizes = Array.from(
    text.matchAll(/index: (\d+) Got: (\d+) Expected: (\d+)/g),
    ([, axis, got, expected]) => `${expected} along dimension ${axis} instead of ${got}`,
  );
  return `model input "${input}" has the wrong size: expected ${sizes.join(', ')}`;
}

function nodeProblem(text: string): string | undefined {
  const found = /running (\S+) node\. Name:'(.*?)' Status Message: (.*)/s.exec(text);
  if (!found) return undefined;
  const [, operator, name, reason = ''] = found;
  const which = name ? `${operator} "${name}"` : operator;
  return `the model failed on this input in its operator ${which}: ${withoutValues(tidyMessage(reason))}`;
}

const other = (text: string): string =>
  `the model failed on this input: ${withoutValues(tidyMessage(text))}`;

/** Blank out quoted text and numbers, except in [1,2], {1,2} and inside names. */
const withoutValues = (text: string): string =>
  text.replace(
    /(\[[\d, -]*\]|\{[\d, -]*\})|"[^"]*"|'[^']*'|(?<![\w.])-?\d[\w.+-]*/g,
    (_, sizes?: string) => sizes ?? '…',
  );
