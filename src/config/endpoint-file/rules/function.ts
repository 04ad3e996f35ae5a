import type { Rule } from '../combinations.ts';
import { describePath, type Fault } from '../fault.ts';

/** Bounds of provisioned concurrency, the schedules' too: min ≤ max ≤ what is reserved. */
const warmInstances: Rule = ({ file: { lambda } }) => {
  const { provisionedConcurrency: kept, reservedConcurrency: reserved } = lambda ?? {};
  if (!kept) return [];
  const base = ['lambda', 'provisionedConcurrency'];
  const bounds = [
    { min: kept.min, max: kept.max, base },
    ...kept.schedules.map(({ min, max }, i) => ({ min, max, base: [...base, 'schedules', i] })),
  ];
  return bounds.flatMap(({ min, max, base }): Fault[] => {
    const path = [...base, 'max'];
    const name = describePath(path);
    if (max < min) return [{ path, text: `${name} is ${max}, less than its min, ${min}` }];
    if (reserved === undefined || max <= reserved) return [];
    const text = `${name} is ${max}, more than lambda.reservedConcurrency (${reserved}) leaves room for: lower it, or raise the other`;
    return [{ path, text }];
  });
};

const answerBeforeTheEnd: Rule = ({ file: { lambda, limits }, has, isFaulty }) => {
  const place = ['lambda', 'timeoutSeconds'];
  const other = ['limits', 'requestTimeoutSeconds'];
  if (!lambda || !limits || isFaulty(...place) || isFaulty(...other)) return [];
  const { timeoutSeconds } = lambda;
  const { requestTimeoutSeconds } = limits;
  if (timeoutSeconds >= requestTimeoutSeconds) return [];
  return [
    {
      path: has(...place) ? place : other,
      text: `lambda.timeoutSeconds (${timeoutSeconds}) is shorter than limits.requestTimeoutSeconds (${requestTimeoutSeconds}): the function would be stopped before it can answer 504; raise it, or lower the other`,
    },
  ];
};

export const FUNCTION_RULES: readonly Rule[] = [warmInstances, answerBeforeTheEnd];
