import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Which folders a folder may import from, itself included. The whole dependency rule. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'src/model': ['src/model', 'src/errors'],
  'src/scoring': ['src/scoring', 'src/model', 'src/errors'],
  'src/http-client': ['src/http-client', 'src/errors'],
  'src/registry': ['src/registry', 'src/model', 'src/http-client', 'src/errors'],
  'src/artifacts': [
    'src/artifacts',
    'src/registry',
    'src/model',
    'src/http-client',
    'src/azure/azure-credential',
    'src/once',
    'src/errors',
  ],
  'src/cloud': ['src/cloud', 'src/errors'],
  'src/threads': ['src/threads', 'src/errors'],
  'src/predictor': ['src/predictor', 'src/threads', 'src/model', 'src/errors'],
  'src/serving': [
    'src/serving',
    'src/registry',
    'src/artifacts',
    'src/predictor',
    'src/model',
    'src/log',
    'src/telemetry',
    'src/once',
    'src/errors',
  ],
  'src/config': ['src/config', 'src/log', 'src/errors'],
  'src/secrets': [
    'src/secrets',
    'src/http-client',
    'src/azure/azure-credential',
    'src/once',
    'src/errors',
  ],
  'src/publish': [
    'src/publish',
    'src/serving',
    'src/registry',
    'src/artifacts',
    'src/predictor',
    'src/http-client',
    'src/model',
    'src/log',
    'src/telemetry',
    'src/errors',
  ],
  'src/python-env': ['src/python-env', 'src/model', 'src/redact', 'src/errors'],
  'src/trust': ['src/trust', 'src/registry', 'src/artifacts/local-path', 'src/model', 'src/errors'],
  'src/convert': [
    'src/convert',
    'src/python-env',
    'src/predictor',
    'src/scoring',
    'src/model',
    'src/redact',
    'src/errors',
  ],
  'src/audit': [
    'src/audit',
    'src/python-env',
    'src/predictor',
    'src/registry',
    'src/serving/model-files',
    'src/trust/python-flavor',
    'src/model',
    'src/errors',
  ],
  'src/image': [
    'src/image',
    'src/python-env',
    'src/model',
    'src/shell-word',
    'src/package-directory',
    'src/errors',
  ],
  'src/registry-events': [
    'src/registry-events',
    'src/publish',
    'src/http',
    'src/invocation/limits',
    'src/registry',
    'src/log',
    'src/errors',
  ],
  'src/invocation': [
    'src/invocation',
    'src/serving/loaded-model',
    'src/scoring',
    'src/predictor',
    'src/model',
    'src/errors',
  ],
  'src/http': [
    'src/http',
    'src/invocation',
    'src/serving',
    'src/scoring',
    'src/predictor',
    'src/registry/model-registry',
    'src/model',
    'src/log',
    'src/telemetry',
    'src/errors',
  ],
  'src/batch': [
    'src/batch',
    'src/invocation',
    'src/serving/loaded-model',
    'src/registry/model-registry',
    'src/registry/blob-location',
    'src/artifacts',
    // Its object stores: a folder or a bucket, with conditional writes.
    'src/publish',
    'src/serving/process-mark',
    'src/predictor',
    'src/scoring',
    'src/http-client',
    'src/threads',
    'src/model',
    'src/errors',
  ],
  'src/aws': ['src/aws', 'src/cloud', 'src/http-client', 'src/once', 'src/errors'],
  'src/azure': ['src/azure', 'src/cloud', 'src/http-client', 'src/once', 'src/errors'],
  'src/tokens': ['src/tokens', 'src/errors'],
  'src/deploy': ['src/deploy', 'src/config', 'src/errors'],
  'src/adapters': [
    'src/adapters',
    'src/azure/queue-text',
    'src/http',
    'src/batch/distribute/planned-run',
    'src/batch/distribute/run-request',
    'src/invocation/limits',
    'src/tokens',
    'src/log',
    'src/once',
    'src/errors',
  ],
  'src/endpoint': [
    'src/endpoint',
    'src/batch',
    'src/registry-events',
    'src/publish',
    'src/convert',
    'src/audit',
    'src/image',
    'src/python-env',
    'src/trust',
    'src/secrets',
    'src/http-client',
    'src/http',
    'src/invocation',
    'src/serving',
    'src/predictor',
    'src/registry',
    'src/artifacts',
    'src/config',
    'src/threads',
    'src/model',
    'src/log',
    'src/telemetry',
    'src/package-directory',
    'src/package-version',
    'src/errors',
  ],
  // What is deployed must agree with what runs: the file's schema, the error's shape, the keys of the bucket.
  infra: [
    'infra',
    'src/config',
    'src/shell-word',
    'src/package-directory',
    'src/image/image-file',
    'src/image/image-problem',
    'src/image/places',
    'src/http/error-response',
    'src/registry/model-uri',
    'src/registry/published-layout',
    'src/errors',
  ],
};

const files = globSync(['src/**/*.ts', 'infra/**/*.ts']).map(normalize);
const imports = new Map(files.map((file) => [file, importsOf(file)]));

function importsOf(file: string): { target: string; isLocal: boolean; isType: boolean }[] {
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)(\s+type)?\s[^;'"]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g,
  );
  return [...found].map(([, type, from, lazy]) => {
    const name = (from ?? lazy) as string;
    const isLocal = name.startsWith('.');
    return { target: isLocal ? join(dirname(file), name) : name, isLocal, isType: Boolean(type) };
  });
}

describe('the dependency rule', () => {
  for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
    it(`${folder} imports only ${allowed.filter((name) => name !== folder).join(', ')}`, () => {
      const wrong = files
        .filter((file) => file.startsWith(`${folder}/`))
        .flatMap((file) =>
          (imports.get(file) ?? [])
            .filter(
              ({ isLocal, target }) => isLocal && !allowed.some((prefix) => isIn(target, prefix)),
            )
            .map(({ target }) => `${file} imports ${target}`),
        );

      expect(wrong).toEqual([]);
    });
  }

  it('is said for every folder that others build on', () => {
    const doors = ['src/cli'];
    const folders = new Set(
      files.flatMap((file) => /^src[\\/][^\\/]+(?=[\\/])/.exec(file)?.[0] ?? []),
    );

    expect([...folders].filter((folder) => !(folder in MAY_IMPORT))).toEqual(doors);
  });

  it('points downwards in the table of src/README.md', () => {
    const table = [...readFileSync('src/README.md', 'utf8').matchAll(/^\| `([a-z-]+)\/` \|/gm)]
      .map(([, name]) => `src/${name}`)
      .filter((folder) => folder === 'src/cli' || folder in MAY_IMPORT);
    const rowOf = (file: string) => table.indexOf(/^src\/[^/]+(?=\/)/.exec(file)?.[0] ?? '');
    const upwards = files.flatMap((file) =>
      (imports.get(file) ?? [])
        .filter(({ target }) => rowOf(file) >= 0 && rowOf(target) >= 0)
        .filter(({ target }) => rowOf(target) < rowOf(file))
        .map(({ target }) => `${file} imports ${target}`),
    );

    expect(table.toSorted()).toEqual(
      ['src/cli', ...Object.keys(MAY_IMPORT).filter((folder) => folder !== 'infra')].toSorted(),
    );
    expect(upwards).toEqual([]);
  });

  it('has no import cycle', () => {
    expect(findCycle()).toBeUndefined();
  });

  it.each([
    { folder: 'src/scoring', packages: [] },
    { folder: 'src/model', packages: ['yaml'] },
  ])('keeps $folder free of node modules and of packages but $packages', ({ folder, packages }) => {
    const wrong = files
      .filter((file) => file.startsWith(`${folder}/`))
      .flatMap((file) =>
        (imports.get(file) ?? [])
          .filter(({ isLocal, target }) => !isLocal && !packages.includes(target))
          .map(({ target }) => `${file} imports ${target}`),
      );

    expect(wrong).toEqual([]);
  });

  it('keeps the platform out of src/scoring and src/model: no process, no clock, no randomness', () => {
    const pure = files.filter((file) => /^src[\\/](?:scoring|model)[\\/]/.test(file));
    const platform =
      /\bprocess\.\w|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.|\bset(?:Timeout|Interval)\(/;

    expect(pure.filter((file) => platform.test(withoutComments(file)))).toEqual([]);
  });

  it('imports onnxruntime-node in one file', () => {
    const users = files.filter((file) =>
      (imports.get(file) ?? []).some(({ target }) => target.startsWith('onnxruntime-node')),
    );

    expect(users.length).toBeLessThanOrEqual(1);
  });

  it('has no barrel but src/index.ts', () => {
    expect(files.filter((file) => file.endsWith('/index.ts') && file !== 'src/index.ts')).toEqual(
      [],
    );
  });
});

const withoutComments = (file: string): string =>
  readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

const isIn = (target: string, prefix: string): boolean =>
  target === `${prefix}.ts` || target.startsWith(`${prefix}/`);

/** A cycle among value imports, as the files on it. */
function findCycle(): string[] | undefined {
  const done = new Set<string>();
  const walk = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const { target, isLocal, isType } of imports.get(file) ?? []) {
      const cycle = isLocal && !isType ? walk(target, [...path, file]) : undefined;
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files) {
    const cycle = walk(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}
