import { ServingError } from '../errors.ts';
import { isKeyPart } from '../registry/published-layout.ts';
import type { PublishOptions } from './publish-version.ts';

/** MLflow's databases keep versions in 32 bits. */
const VERSION = /^[1-9]\d{0,8}$/;

/**
 * Under which name and version something is published.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for what no model URI could name, or when a run or a folder is given neither
 */
export function checkPublishedName({
  source,
  name = source.name,
  version = source.version,
}: Pick<PublishOptions, 'source' | 'name' | 'version'>): { name: string; version: string } {
  if (!isKeyPart(name) || name.trim() === '' || /[/:]/.test(name)) {
    throw invalid(
      `${quote(name)} is no name of a registered model: it must not be empty or hold "/" or ":"`,
    );
  }
  if (!VERSION.test(version)) {
    throw invalid(`${quote(version)} is no version: it must be a whole number above 0`);
  }
  return { name, version };
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 80));

const invalid = (message: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message);
