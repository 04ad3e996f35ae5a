/**
 * Releases that their makers took back, of packages that models name most, and why.
 *
 * From PyPI's own records (`https://pypi.org/pypi/<package>/json`, `yanked_reason`), read in November 2026. Not a
 * complete list, and no list of security problems: that is pip-audit's work.
 */
export const YANKED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mlflow: {
    '2.0.0': 'wrong instructions in its README',
    '2.12.0': 'its user interface is missing',
    '2.22.3': 'files are missing',
    '3.1.2': 'trouble with its deployment images',
    '3.11.0': 'no reason given',
  },
  numpy: { '2.4.0': 'a bug in backward compatibility' },
  pandas: { '3.0.4': 'crashes with dates' },
  protobuf: {
    '3.18.0': 'claims to support Python 2',
    '4.21.0': 'asks for the wrong Python versions',
    '5.29.0': 'see protobuf issue 19430',
  },
  requests: {
    '2.32.0': 'conflicts with the mitigation of CVE-2024-35195',
    '2.32.1': 'conflicts with the mitigation of CVE-2024-35195',
  },
  scipy: { '1.11.0': 'a violated licence' },
  xgboost: { '1.7.0': 'no reason given' },
};
