/** How bad a finding is; what fails a build is chosen by `--fail-on`. */
export const SEVERITIES = ['error', 'warning', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const AREAS = ['model', 'environment', 'files', 'signature', 'onnx', 'registry'] as const;
export type Area = (typeof AREAS)[number];

/** Every finding there is, by its id, which stays. docs/audit.md says more; a test compares the two. */
export const FINDINGS = {
  'mlmodel-invalid': ['model', 'error'],
  'no-runtime': ['model', 'error'],
  'needs-python': ['model', 'note'],
  converts: ['model', 'note'],
  'no-converter': ['model', 'note'],
  'runs-code': ['model', 'note'],
  'mlflow-old': ['model', 'warning'],
  'requirements-invalid': ['environment', 'error'],
  'requirement-unpinned': ['environment', 'warning'],
  'requirement-impossible': ['environment', 'error'],
  'requirement-twice': ['environment', 'warning'],
  'requirement-prerelease': ['environment', 'warning'],
  'requirement-yanked': ['environment', 'warning'],
  'requirement-local-version': ['environment', 'warning'],
  'requirement-url': ['environment', 'warning'],
  'requirement-file': ['environment', 'note'],
  'package-index': ['environment', 'note'],
  'package-index-insecure': ['environment', 'warning'],
  'credentials-in-requirements': ['environment', 'error'],
  'library-mismatch': ['environment', 'warning'],
  'mlflow-mismatch': ['environment', 'warning'],
  'python-unknown': ['environment', 'warning'],
  'python-end-of-life': ['environment', 'warning'],
  'python-ends-soon': ['environment', 'note'],
  'python-mismatch': ['environment', 'warning'],
  'environment-variables': ['environment', 'note'],
  'path-outside': ['files', 'error'],
  'file-missing': ['files', 'error'],
  'file-unneeded': ['files', 'note'],
  'symbolic-link': ['files', 'warning'],
  pickle: ['files', 'warning'],
  'pickle-refused': ['files', 'error'],
  'skops-types': ['files', 'warning'],
  'size-tmp': ['files', 'warning'],
  'size-limit': ['files', 'error'],
  'size-memory': ['files', 'note'],
  'signature-missing': ['signature', 'warning'],
  'example-missing': ['signature', 'warning'],
  'serving-example-missing': ['signature', 'note'],
  'integer-column': ['signature', 'note'],
  'double-rounded': ['signature', 'note'],
  'float-column': ['signature', 'note'],
  'onnx-unreadable': ['onnx', 'error'],
  'opset-too-new': ['onnx', 'error'],
  'external-data-missing': ['onnx', 'error'],
  'nested-type': ['onnx', 'error'],
  'dtype-refused': ['onnx', 'error'],
  'input-unknown': ['onnx', 'error'],
  'conversion-invalid': ['onnx', 'error'],
  'stage-uri': ['registry', 'warning'],
  'stage-current': ['registry', 'note'],
  'latest-uri': ['registry', 'note'],
  'no-digests': ['registry', 'note'],
} as const satisfies Readonly<Record<string, readonly [Area, Severity]>>;

export type FindingId = keyof typeof FINDINGS;

/** One thing that is wrong, or worth knowing. */
export interface Finding {
  readonly id: FindingId;
  readonly area: Area;
  readonly severity: Severity;
  /** File and key or line: `requirements.txt: pandas`. */
  readonly where: string;
  readonly what: string;
  /** What to do, where there is something. */
  readonly fix?: string;
}

/** Build a finding; area and severity are those of its id. */
export function finding(id: FindingId, where: string, what: string, fix?: string): Finding {
  const [area, severity] = FINDINGS[id];
  return { id, area, severity, where, what, ...(fix !== undefined && { fix }) };
}

/** Whether some finding is as bad as `level`, or worse. */
export const isAtLeast = (findings: readonly Finding[], level: Severity): boolean =>
  findings.some(({ severity }) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(level));

const MAX_NAMED = 6;

/** `a, b, c and 4 more`. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).map((name) => name.slice(0, 80));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
