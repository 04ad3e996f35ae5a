/** What a plain (unquoted) YAML scalar can mean. */
export type YamlScalar = null | boolean | number | string;

const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const DECIMAL = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const PREFIXED = /^([-+]?)(0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]+)$/;
const FLOAT = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?$/;
const SPECIAL = /^([-+]?)\.(?:(inf|Inf|INF)|nan|NaN|NAN)$/;

/**
 * Give a plain scalar the meaning it has for PyYAML, which wrote the file.
 *
 * YAML 1.2 readers would turn `77e45` (the head of a model_uuid) into a number; PyYAML, a YAML 1.1
 * reader that wants a dot in floats, does not, and writes such texts without quotes. Dates and
 * base-60 numbers stay text: nothing in an MLmodel needs them.
 *
 * Units: integers beyond ±2^53 are rounded.
 *
 * @see yaml/resolver.py of PyYAML, `Resolver.add_implicit_resolver`
 */
export function resolveYamlScalar(text: string): YamlScalar {
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (DECIMAL.test(text) || FLOAT.test(text)) return Number(text.replaceAll('_', ''));
  const prefixed = PREFIXED.exec(text);
  if (prefixed) return prefixedNumber(prefixed[1] ?? '', (prefixed[2] ?? '').replaceAll('_', ''));
  const special = SPECIAL.exec(text);
  if (!special) return text;
  if (special[2] === undefined) return Number.NaN;
  return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** `0b101`, `0x1f` and YAML 1.1's octal `017`. */
function prefixedNumber(sign: string, digits: string): number {
  const isOctal = /^0[0-7]/.test(digits);
  const value = isOctal ? Number.parseInt(digits, 8) : Number(digits);
  return sign === '-' ? -value : value;
}
