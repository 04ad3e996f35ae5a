import { packageName } from '../../python-env/requirement-line.ts';
import { type Finding, finding, listed } from '../findings.ts';
import { YANKED } from '../yanked-releases.ts';

/** One requirement, taken apart as far as the checks need. */
interface Requirement {
  readonly text: string;
  readonly name: string | undefined;
  /** `==1.0`, `>=2` …; undefined for what comes from an address or a file. */
  readonly specifiers: readonly { readonly operator: string; readonly version: string }[];
  readonly pin: string | undefined;
  readonly isUrl: boolean;
  readonly isFile: boolean;
  /** Holds only for some platforms or Pythons. */
  readonly hasMarker: boolean;
}

const PIN_FIX = 'pin it with "==": mlflow.models.update_model_requirements, or edit the file';

/** Look at each requirement by itself, and at those of one package together. */
export function checkRequirements(lines: readonly string[], source: string): Finding[] {
  const requirements = lines.map(parse);
  return [
    ...unpinned(requirements, source),
    ...requirements.flatMap((requirement) => single(requirement, source)),
    ...twice(requirements, source),
  ];
}

/** Pins by package, for comparing them with what the MLmodel says. */
export const pinsOf = (lines: readonly string[]): ReadonlyMap<string, string> =>
  new Map(lines.map(parse).flatMap(({ name, pin }) => (name && pin ? [[name, pin] as const] : [])));

function parse(text: string): Requirement {
  const [bare = ''] = text.split(/\s*;|\s+--hash|\s+#/);
  const name = packageName(text);
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(bare) || /@\s*[a-z][a-z0-9+.-]*:/i.test(bare);
  const isFile = !isUrl && (name === undefined || /[\\/]|\.whl$|\.tar\.gz$/.test(bare));
  const tail = isUrl || isFile ? '' : bare.replace(/^[A-Za-z0-9._-]+\s*(?:\[[^\]]*\])?/, '');
  const specifiers = [...tail.matchAll(/(===|==|~=|!=|<=|>=|<|>)\s*([^\s,()]*)/g)].map(
    ([, operator = '', version = '']) => ({ operator, version }),
  );
  const exact = specifiers.find(
    ({ operator, version }) => /^===?$/.test(operator) && !version.endsWith('*'),
  );
  const hasMarker = /;/.test(text);
  return { text, name, specifiers, pin: exact?.version, isUrl, isFile, hasMarker };
}

function unpinned(requirements: readonly Requirement[], source: string): Finding[] {
  const loose = requirements.filter(({ pin, isUrl, isFile }) => !pin && !isUrl && !isFile);
  if (loose.length === 0) return [];
  const names = loose.map(({ name, text }) => name ?? text);
  const what = `${loose.length === 1 ? 'one requirement has' : `${loose.length} requirements have`} no exact version: the environment is another one every time it is made`;
  return [finding('requirement-unpinned', `${source}: ${listed(names)}`, what, PIN_FIX)];
}

function single(requirement: Requirement, source: string): Finding[] {
  const { text, name, specifiers, pin, isUrl, isFile } = requirement;
  const where = `${source}: ${name ?? withoutUser(text).slice(0, 80)}`;
  const found: Finding[] = [];
  if (/:\/\/[^/@\s]*:[^/@\s]+@/.test(text)) found.push(credentials(where));
  if (isUrl) found.push(...address(text, where));
  if (isFile) {
    found.push(
      finding('requirement-file', where, 'is installed from a file of the model, not by name'),
    );
  }
  if (specifiers.some(({ version }) => version === '') || isContradictory(specifiers)) {
    found.push(
      finding(
        'requirement-impossible',
        where,
        'no version can meet these conditions',
        'correct the line, then log or copy the model again',
      ),
    );
  }
  if (pin === undefined) return found;
  if (/^\d[\d.]*\s*(?:a|b|c|rc|alpha|beta|pre|preview|\.?dev)\.?\d*/i.test(pin)) {
    found.push(
      finding(
        'requirement-prerelease',
        where,
        `${pin} is a pre-release, which may be gone or change`,
        'train and log with a released version',
      ),
    );
  }
  if (pin.includes('+')) {
    found.push(
      finding(
        'requirement-local-version',
        where,
        `${pin} is a build of its own, which PyPI does not have`,
        'name the released version, or the index that has it with --extra-index-url',
      ),
    );
  }
  const reason = name === undefined ? undefined : YANKED[name]?.[pin];
  if (reason !== undefined) {
    found.push(
      finding(
        'requirement-yanked',
        where,
        `${pin} was taken back by its makers (${reason})`,
        'log the model with another version',
      ),
    );
  }
  return found;
}

export const credentials = (where: string): Finding =>
  finding(
    'credentials-in-requirements',
    where,
    'an address holds a user and a password, which everybody who reads the model sees',
    'change that password; name the index by UV_INDEX_URL or PIP_INDEX_URL where environments are made',
  );

function address(text: string, where: string): Finding[] {
  const isPinned = /@[0-9a-f]{40}\b/.test(text) || /#sha256=[0-9a-f]{64}/.test(text);
  const isPlain = /\bhttp:\/\//.test(text);
  if (isPinned && !isPlain) return [];
  const what = isPlain
    ? 'comes over plain http: anybody on the way can put code into the environment'
    : 'comes from an address whose content may change';
  return [finding('requirement-url', where, what, 'name a released version, or a full commit')];
}

function twice(requirements: readonly Requirement[], source: string): Finding[] {
  const byName = new Map<string, Set<string>>();
  for (const { name, pin, hasMarker } of requirements) {
    if (name === undefined || pin === undefined || hasMarker) continue;
    byName.set(name, (byName.get(name) ?? new Set()).add(pin));
  }
  const names = requirements.filter(({ hasMarker }) => !hasMarker).map(({ name }) => name);
  return [...new Set(names)].flatMap((name) => {
    if (name === undefined || names.filter((other) => other === name).length < 2) return [];
    const pins = [...(byName.get(name) ?? [])];
    const where = `${source}: ${name}`;
    return pins.length > 1
      ? [finding('requirement-impossible', where, `is wanted as ${pins.join(' and as ')}`)]
      : [finding('requirement-twice', where, 'is named more than once')];
  });
}

/** Only what is certain: a pin that its own neighbours exclude. */
function isContradictory(specifiers: Requirement['specifiers']): boolean {
  const pins = specifiers.filter(
    ({ operator, version }) => operator === '==' && /^[\d.]+$/.test(version),
  );
  const [first] = pins;
  if (first === undefined) return false;
  return specifiers.some(({ operator, version }) => {
    if (!/^[\d.]+$/.test(version)) return false;
    const order = compareVersions(first.version, version);
    switch (operator) {
      case '==':
        return order !== 0;
      case '!=':
        return order === 0;
      case '<':
        return order >= 0;
      case '<=':
        return order > 0;
      case '>':
        return order <= 0;
      case '>=':
        return order < 0;
      default:
        return false;
    }
  });
}

/** Negative, 0 or positive; `1.0` equals `1`. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = (left[i] ?? 0) - (right[i] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

const withoutUser = (text: string): string => text.replace(/(:\/\/)[^/@\s]*@/, '$1');
