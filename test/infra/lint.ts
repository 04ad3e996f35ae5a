import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { readEndpointFile } from '../../src/config/read-endpoint-file.ts';
import { ENDPOINT_FILES } from './endpoint-files.ts';
import { synthesize } from './synth.ts';
import { writeDockerfiles } from './write-dockerfiles.ts';

/**
 * `npm run lint:infra`: cfn-lint and Checkov over the templates of endpoint.yaml, of every auth mode and of every option;
 * Checkov over the Bicep files of Azure; hadolint and Checkov over the Dockerfiles that generate-dockerfile writes.
 *
 * Nothing is skipped here: what a template breaks on purpose says so, with its reason, in the resource's
 * metadata, which the tools read. The reasons are printed.
 */

/** With the parser that Checkov has. */
const PARSE_BICEP = `
import sys
from pycep import BicepParser
for path in sys.argv[1:]:
    assert BicepParser().parse(text=open(path).read()).get("resources"), path + " has no resource"
print(len(sys.argv) - 1, "Bicep files can be parsed")
`;

const bin = ensurePythonEnvironment('infra');
const directory = mkdtempSync(join(tmpdir(), 'templates-'));
try {
  const files = { 'endpoint.yaml': readEndpointFile('endpoint.yaml'), ...ENDPOINT_FILES };
  const templates = Object.entries(files).map(([name, file]) => {
    const path = join(directory, `${name.replace(/\W+/g, '-')}.template.json`);
    writeFileSync(path, JSON.stringify(synthesize(file).toJSON(), null, 1));
    return path;
  });
  printReasons(templates);
  lint('cfn-lint', templates);
  const quietly = ['--framework', 'cloudformation', '--skip-download', '--quiet', '--compact'];
  lint('checkov', ['--directory', directory, ...quietly]);
  console.log(`cfn-lint and checkov have no finding in ${templates.length} templates`);
  // Checkov leaves out what its parser cannot read, and says nothing.
  const bicep = globSync('infra/azure/**/*.bicep');
  lint('python', ['-c', PARSE_BICEP, ...bicep]);
  lint('checkov', ['--directory', 'infra/azure', '--framework', 'bicep', ...quietly.slice(2)]);
  console.log('checkov has no finding in infra/azure that has no reason beside it');
  const dockerfiles = await writeDockerfiles(join(directory, 'images'));
  lint('hadolint', dockerfiles);
  for (const dockerfile of dockerfiles) {
    const inDockerfiles = ['--framework', 'dockerfile', ...quietly.slice(2)];
    lint('checkov', ['--file', dockerfile, ...inDockerfiles]);
  }
  console.log(`hadolint and checkov have no finding in ${dockerfiles.length} Dockerfiles`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function lint(tool: string, args: string[]): void {
  // Nobody listens there: the tools make do with the rules they brought.
  const env = { ...process.env, HTTPS_PROXY: 'http://127.0.0.1:9' };
  const { status } = spawnSync(join(bin, tool), args, { env, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${tool} has findings; change the template, or say why not`);
}

interface Skips {
  readonly Resources: Readonly<
    Record<string, { Metadata?: { checkov?: { skip: { id: string; comment: string }[] } } }>
  >;
}

/** Each rule that is broken somewhere on purpose, and why; a rule without a reason is an error. */
function printReasons(templates: readonly string[]): void {
  const reasons = new Set<string>();
  for (const path of templates) {
    const { Resources: resources } = JSON.parse(readFileSync(path, 'utf8')) as Skips;
    for (const [resource, { Metadata: metadata }] of Object.entries(resources)) {
      for (const { id, comment } of metadata?.checkov?.skip ?? []) {
        if (!comment) throw new Error(`${resource} skips ${id} without a reason`);
        reasons.add(`${id}: ${comment}`);
      }
    }
  }
  for (const reason of [...reasons].sort()) console.log(reason);
}
