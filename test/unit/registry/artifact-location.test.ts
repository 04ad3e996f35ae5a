import { describe, expect, it } from 'vitest';
import { joinLocation, locateArtifacts } from '../../../src/registry/artifact-location.ts';

const ROUTE = '/api/2.0/mlflow-artifacts/artifacts';

describe('locateArtifacts', () => {
  it.each([
    ['s3://b/p', 's3://b/p'],
    ['/srv/p', '/srv/p'],
    ['mlflow-artifacts:/1/a', `https://h:5000/ml${ROUTE}/1/a`],
    ['mlflow-artifacts:///1/a/', `https://h:5000/ml${ROUTE}/1/a`],
    ['mlflow-artifacts:/', `https://h:5000/ml${ROUTE}`],
    ['MLFLOW-ARTIFACTS:/1', `https://h:5000/ml${ROUTE}/1`],
    ['mlflow-artifacts://other:99/1', `https://other:99/ml${ROUTE}/1`],
    ['mlflow-artifacts://other/1', `https://other/ml${ROUTE}/1`],
    ['mlflow-artifacts:/a b/ü', `https://h:5000/ml${ROUTE}/a%20b/%C3%BC`],
  ])('finds %s through the server', (location, expected) => {
    const serverUrl = 'https://ann:secret@h:5000/ml/?x#y';

    expect(locateArtifacts(location, { serverUrl })).toBe(expected);
  });

  it('finds them below the destination when there is no server', () => {
    const roots = { artifactsDestination: 's3://bucket/root/' };

    expect(locateArtifacts('mlflow-artifacts:/1/a', roots)).toBe('s3://bucket/root/1/a');
  });

  it.each([
    'mlflow-artifacts:/1/../x',
    'mlflow-artifacts:/1/%2E%2e/x',
    'mlflow-artifacts:/1\\..\\x',
  ])('refuses %s', (location) => {
    expect(() => locateArtifacts(location, { serverUrl: 'http://h' })).toThrow('".."');
  });

  it('says what it needs', () => {
    expect(() => locateArtifacts('mlflow-artifacts:/1/a', {})).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining('MLFLOW_ARTIFACTS_DESTINATION'),
      }),
    );
  });
});

describe('joinLocation', () => {
  it.each([
    ['s3://b/p/', 'a b/c', 's3://b/p/a b/c'],
    ['file:///srv', 'a b/50%', 'file:///srv/a%20b/50%25'],
    ['/srv', '', '/srv'],
  ])('goes down from %s', (location, path, expected) => {
    expect(joinLocation(location, path)).toBe(expected);
  });
});
