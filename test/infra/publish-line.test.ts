import { describe, expect, it } from 'vitest';
import { publishLine } from '../../infra/aws/publish-line.ts';

const TO = '--to s3://bucket/registry';

describe('publishLine', () => {
  it.each([
    {
      model: 'models:/wine@champion',
      line: `npx mlflow-serverless publish -m models:/wine/1 ${TO} && npx mlflow-serverless promote models:/wine/1 --alias champion ${TO}`,
    },
    {
      model: 'models:/wine/Production',
      line: `npx mlflow-serverless publish -m models:/wine/1 ${TO} && npx mlflow-serverless promote models:/wine/1 --stage Production ${TO}`,
    },
    { model: 'models:/wine/3', line: `npx mlflow-serverless publish -m models:/wine/3 ${TO}` },
    { model: 'models:/wine/latest', line: `npx mlflow-serverless publish -m models:/wine/1 ${TO}` },
    {
      model: 'models:/vin n°/2',
      line: `npx mlflow-serverless publish -m 'models:/vin n°/2' ${TO}`,
    },
  ])('brings $model where it is served from', ({ model, line }) => {
    expect(publishLine(model, 's3://bucket/registry')).toBe(line);
  });
});
