import { Schedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { Alias, AliasOptions, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ProvisionedConcurrency } from './mlflow-endpoint-props.ts';

/**
 * The alias that is called; warm instances belong to it.
 *
 * @throws {Error} when the bounds contradict each other
 */
export function addLiveAlias(
  lambda: LambdaFunction,
  warm: ProvisionedConcurrency | undefined,
  reservedConcurrency: number | undefined,
): Alias {
  if (warm === undefined) return lambda.addAlias('live');
  checkBounds(warm, reservedConcurrency);
  const { min, max = min, schedules = [], targetUtilization = 0.7 } = warm;
  if (min === max && schedules.length === 0) return lambda.addAlias('live', fixed(min));
  const alias = lambda.addAlias('live');
  const scaling = alias.addAutoScaling({ minCapacity: min, maxCapacity: max });
  scaling.scaleOnUtilization({ utilizationTarget: targetUtilization });
  for (const [index, { cron, ...bounds }] of schedules.entries()) {
    scaling.scaleOnSchedule(`Schedule${index + 1}`, {
      schedule: Schedule.expression(`cron(${cron})`),
      minCapacity: bounds.min,
      maxCapacity: bounds.max,
    });
  }
  return alias;
}

const fixed = (count: number): AliasOptions => ({ provisionedConcurrentExecutions: count });

function checkBounds(
  { min, max = min, schedules = [] }: ProvisionedConcurrency,
  reserved = Number.POSITIVE_INFINITY,
): void {
  for (const bounds of [{ min, max }, ...schedules]) {
    if (bounds.min > bounds.max) {
      throw new Error(
        `provisionedConcurrency: min must not be above max, got ${bounds.min} and ${bounds.max}`,
      );
    }
    if (bounds.max > reserved) {
      throw new Error(
        `provisionedConcurrency: max must not be above reservedConcurrency, got ${bounds.max} and ${reserved}`,
      );
    }
  }
}
