import { describe, expect, it } from 'vitest';
import { parseRegistryEvent } from '../../../src/registry-events/parse-registry-event.ts';
import { webhookBody } from '../../helpers/signed-webhook.ts';

describe('parseRegistryEvent', () => {
  it.each([
    {
      what: 'model_version_alias.created',
      data: { name: 'wine', alias: 'champion', version: '3' },
      event: { kind: 'alias', name: 'wine', alias: 'champion' },
    },
    {
      what: 'model_version_alias.deleted',
      data: { name: 'wine', alias: 'champion' },
      event: { kind: 'alias', name: 'wine', alias: 'champion' },
    },
    {
      what: 'model_version.created',
      data: { name: 'wine', version: '3', source: 'models:/m-1', run_id: null, tags: {} },
      event: { kind: 'version', name: 'wine', version: '3' },
    },
    {
      what: 'model_version_tag.set',
      data: { name: 'wine', version: '3', key: 'mlflow-serverless.publish', value: 'true' },
      event: { kind: 'tag', name: 'wine', version: '3', key: 'mlflow-serverless.publish' },
    },
  ])('reads $what', ({ what, data, event }) => {
    const [entity = '', action = ''] = what.split('.');
    const body = webhookBody(entity, action, data);

    expect(parseRegistryEvent(body)).toEqual(event);
    expect(parseRegistryEvent(Buffer.from(body))).toEqual(event);
  });

  it.each([
    'registered_model.created',
    'model_version_tag.deleted',
    'prompt.created',
    'prompt_alias.created',
    'budget_policy.exceeded',
    'something.new',
  ])('ignores %s', (what) => {
    const [entity = '', action = ''] = what.split('.');

    expect(parseRegistryEvent(webhookBody(entity, action, { name: 'x' }))).toBeUndefined();
  });

  it.each([
    { workspace: undefined, sent: 'default', isOurs: true },
    { workspace: undefined, sent: 'team-a', isOurs: false },
    { workspace: 'team-a', sent: 'team-a', isOurs: true },
    { workspace: 'team-a', sent: 'default', isOurs: false },
  ])('takes events of workspace $sent in $workspace: $isOurs', ({ workspace, sent, isOurs }) => {
    const data = { name: 'wine', alias: 'champion', version: '3' };
    const body = webhookBody('model_version_alias', 'created', data, { workspace: sent });

    expect(parseRegistryEvent(body, { workspace }) !== undefined).toBe(isOurs);
  });

  it.each([
    { name: 'no JSON', body: 'alias=champion', says: 'it is not JSON' },
    { name: 'a list', body: '[]', says: 'it is not a JSON object' },
    { name: 'no entity', body: '{"action": "set", "data": {}}', says: '"entity"' },
    {
      name: 'no data',
      body: '{"entity": "model_version", "action": "created"}',
      says: '"data" an object',
    },
    {
      name: 'no model',
      body: webhookBody('model_version_alias', 'created', { alias: 'a' }),
      says: '"data.name" must be a text',
    },
    {
      name: 'half a character, which no key can hold',
      body: webhookBody('model_version_alias', 'created', { name: '\ud800', alias: 'a' }),
      says: '"data.name" must be a text',
    },
    {
      name: 'a version that is none',
      body: webhookBody('model_version', 'created', { name: 'wine', version: '../1' }),
      says: '"data.version" must be the number of a version',
    },
  ])('refuses $name', ({ body, says }) => {
    expect(() => parseRegistryEvent(body)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(says) }),
    );
  });
});
