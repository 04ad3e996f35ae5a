/** The oldest Node that runs this; `engines` in package.json says the same. */
const OLDEST_MAJOR = 24;

/**
 * One line for a Node that is too old, so that nobody meets a stack of what it lacks.
 *
 * @param version as `process.versions.node` has it, for example 20.20.2
 * @returns undefined for a Node that will do
 */
export function nodeProblem(version: string): string | undefined {
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return undefined;
  return `this is Node ${version}, but Node ${OLDEST_MAJOR} or newer is needed; in a clone, npx and npm scripts use the one that npm ci installs`;
}
