import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServingError } from '../../../src/errors.ts';
import { MANIFEST_SCHEMA, parseManifest } from '../../../src/registry/manifest.ts';
import { parseModelUri } from '../../../src/registry/model-uri.ts';
import { parsePointer } from '../../../src/registry/pointer.ts';

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

/** Calls that may refuse, but only in our own words. */
function expectNoSurprise(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(ServingError);
  }
}

describe('what others wrote', () => {
  it('never makes a manifest or a pointer crash', () => {
    const file = fc.record(
      { path: fc.anything(), size: fc.anything(), sha256: fc.anything() },
      { requiredKeys: [] },
    );
    const manifest = fc.record(
      {
        schema: fc.constantFrom(MANIFEST_SCHEMA, 'x'),
        name: fc.oneof(fc.string(), fc.anything()),
        version: fc.oneof(fc.string(), fc.anything()),
        tags: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.anything()),
        files: fc.oneof(fc.array(file), fc.anything()),
      },
      { requiredKeys: [] },
    );
    const pointer = fc.record(
      {
        version: fc.oneof(fc.constant('3'), fc.constant(null), fc.anything()),
        sequence: fc.oneof(fc.nat(), fc.anything()),
        restores: fc.oneof(fc.nat(), fc.anything()),
        action: fc.oneof(fc.constant('promote'), fc.anything()),
        moved_at: fc.anything(),
        moved_by: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const text = fc
      .oneof(manifest, pointer, fc.jsonValue())
      .map((value) => JSON.stringify(value, safely) ?? '');

    fc.assert(
      fc.property(
        fc.oneof(
          text.map((json) => Buffer.from(json)),
          fc.uint8Array(),
        ),
        (raw) => {
          expectNoSurprise(() => parseManifest(raw, 'model "wine" version 1'));
          expectNoSurprise(() => parsePointer(raw, 'alias "a" of model "wine"'));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('never makes a model URI crash', () => {
    const part = fc.constantFrom(
      'models:',
      'runs:',
      '/',
      '//',
      '@',
      'a',
      '3',
      'latest',
      '%',
      '?',
      '\0',
      '..',
    );
    const uri = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part).map((parts) => parts.join('')),
    );

    fc.assert(
      fc.property(uri, (text) => expectNoSurprise(() => parseModelUri(text))),
      { numRuns: 5_000 },
    );
  });
});

const safely = (_key: string, value: unknown) =>
  typeof value === 'bigint' ? String(value) : value;

describe('parseManifest', () => {
  it('keeps files with odd but harmless names, and ignores what it does not know', () => {
    const file = { path: 'data/..weights %41 ü.bin', size: 0, sha256: '0'.repeat(64), extra: 1 };
    const manifest = {
      schema: MANIFEST_SCHEMA,
      name: 'a',
      version: '1',
      files: [file],
      more: true,
    };

    expect(parseManifest(bytes(manifest), 'it')).toEqual({
      name: 'a',
      version: '1',
      directory: 'model',
      tags: {},
      flavors: [],
      files: [{ path: file.path, sizeBytes: 0, sha256: file.sha256 }],
    });
  });

  it('refuses text that is not UTF-8', () => {
    expect(() => parsePointer(Buffer.from('7b2261223a22ff227d', 'hex'), 'alias "a"')).toThrow(
      'alias "a" in the published registry is malformed: it is not JSON in UTF-8; repair the object, or delete it and promote again',
    );
  });
});

describe('the serving part of a manifest', () => {
  const file = (path: string) => ({ path, size: 1, sha256: 'a'.repeat(64) });
  const manifest = {
    schema: MANIFEST_SCHEMA,
    name: 'wine',
    version: '1',
    files: [file('MLmodel'), file('model.pkl')],
  };
  const parse = (more: object) =>
    parseManifest(bytes({ ...manifest, ...more }), 'model "wine" version 1');

  it('is those of its files that are named', () => {
    const { serving, runtime } = parse({ runtime: 'node', serving: ['MLmodel'] });

    expect(serving?.map(({ path }) => path)).toEqual(['MLmodel']);
    expect(runtime).toBe('node');
  });

  it('is all of them in manifests of older writers', () => {
    expect(parse({})).not.toHaveProperty('serving');
  });

  it('must not name a file that is not listed', () => {
    expect(() => parse({ serving: ['../secret'] })).toThrow(/none of "files"/);
    expect(() => parse({ serving: 'MLmodel' })).toThrow(/must list paths/);
  });
});
