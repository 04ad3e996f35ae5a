import { homedir } from 'node:os';
import { join } from 'node:path';
import { readIniSection } from './ini-section.ts';
import type { Environment } from './read-variable.ts';

/** `AWS_REGION`, else `AWS_DEFAULT_REGION`, else the profile's; `undefined` when none says. */
export const findRegion = (environment: Environment): string | undefined =>
  environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || profileRegion(environment);

function profileRegion(environment: Environment): string | undefined {
  const path =
    environment['AWS_CONFIG_FILE'] || join(environment['HOME'] || homedir(), '.aws', 'config');
  const profile = environment['AWS_PROFILE'] || 'default';
  const section = profile === 'default' ? profile : `profile ${profile}`;
  return readIniSection(path, section).get('region');
}

const DOMAINS: readonly (readonly [prefix: string, domain: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
];

/** The last part of the host names of AWS's services in a region. */
export const awsDomain = (region: string): string =>
  DOMAINS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'amazonaws.com';
