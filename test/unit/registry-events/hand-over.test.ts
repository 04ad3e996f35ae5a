import { describe, expect, it } from 'vitest';
import { findHandedOver, handOver, isScheduled } from '../../../src/registry-events/hand-over.ts';

describe('handOver', () => {
  it.each([
    { kind: 'alias', name: 'wine', alias: 'champion' },
    { kind: 'version', name: 'wine', version: '3' },
    { kind: 'tag', name: 'wine', version: '3', key: 'k' },
  ] as const)('is found again: $kind', (event) => {
    expect(findHandedOver(JSON.parse(JSON.stringify(handOver(event))))).toEqual(event);
  });

  it.each([
    undefined,
    'text',
    {},
    { source: 'aws.s3', detail: { kind: 'alias', name: 'wine', alias: 'champion' } },
    { body: JSON.stringify(handOver({ kind: 'alias', name: 'wine', alias: 'champion' })) },
  ])('is not found in %j', (event) => {
    expect(findHandedOver(event)).toBeUndefined();
  });

  it.each([
    { kind: 'alias', name: 'wine' },
    { kind: 'else', name: 'wine' },
    undefined,
  ])('does not believe %j', (detail) => {
    const event = { source: 'mlflow-serverless.registry-events', detail };

    expect(() => findHandedOver(event)).toThrow('has no registry event in it');
  });
});

describe('isScheduled', () => {
  it.each([
    { event: { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }, is: true },
    { event: { source: 'aws.scheduler', 'detail-type': 'Scheduled Event' }, is: true },
    { event: { source: 'aws.events' }, is: true },
    { event: { requestContext: {} }, is: false },
    { event: null, is: false },
  ])('$event: $is', ({ event, is }) => {
    expect(isScheduled(event)).toBe(is);
  });
});
