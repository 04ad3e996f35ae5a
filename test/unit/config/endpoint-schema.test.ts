import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { endpointJsonSchema } from '../../../scripts/docs.ts';
import { parseEndpointFile } from '../../../src/config/read-endpoint-file.ts';

const example = readFileSync('endpoint.yaml', 'utf8');

describe('endpoint.schema.json', () => {
  it('says what the checks say; npm run docs brings it up to date', () => {
    expect(readFileSync('endpoint.schema.json', 'utf8')).toBe(endpointJsonSchema());
  });

  it('describes every section', () => {
    const { properties } = JSON.parse(endpointJsonSchema());
    const silent = Object.keys(properties).filter((name) => !properties[name].description);

    expect(silent).toEqual(['$schema']);
  });
});

describe('endpoint.yaml', () => {
  it('names its schema for editors', () => {
    expect(example.split('\n')[0]).toBe('# yaml-language-server: $schema=./endpoint.schema.json');
  });

  it('is what it shows: the defaults, and a key', () => {
    const { auth, ...rest } = parseEndpointFile(example, 'endpoint.yaml');
    const { auth: _, ...defaults } = parseEndpointFile(
      'name: wine\nmodel: models:/wine@champion\nauth: none',
      'endpoint.yaml',
    );

    expect(rest).toEqual(defaults);
    expect(auth).toEqual({ apiKey: { requestsPerSecond: 50, burst: 100 } });
  });

  it('shows or names every section and every key of it', () => {
    const missing = settingsOf(JSON.parse(endpointJsonSchema())).filter(
      (name) => !new RegExp(`\\b${name}:`).test(example),
    );

    expect(missing).toEqual(['$schema', 'truststoreVersion']);
  });
});

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
}

/** The name of every setting, however deep. */
function settingsOf({ properties = {}, anyOf = [], items }: JsonSchema): string[] {
  const inner = [...Object.values(properties), ...anyOf, ...(items ? [items] : [])];
  return [...new Set([...Object.keys(properties), ...inner.flatMap(settingsOf)])];
}
