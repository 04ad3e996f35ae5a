import { runProgram } from '../python-env/run-program.ts';
import { toolEnvironment } from '../python-env/tool-environment.ts';

const SCRIPT = `
import importlib.metadata as metadata, json, platform, sys
found = {"python": platform.python_version()}
for name in sys.argv[1:]:
    try:
        found[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
`;

/** Versions of Python and of those of the packages that an environment has. No code of a model runs. */
export async function packageVersions(
  python: string,
  packages: readonly string[],
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  const environment = toolEnvironment(process.env);
  const args = ['-I', '-c', SCRIPT, ...packages];
  const end = await runProgram({ command: python, args, environment, signal });
  const line = end?.code === 0 ? end.lines.at(-1) : undefined;
  return line === undefined ? {} : (JSON.parse(line) as Record<string, string>);
}
