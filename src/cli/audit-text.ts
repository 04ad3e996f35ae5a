import type { Audit } from '../audit/audit-directory.ts';
import { AREAS, type Finding, SEVERITIES } from '../audit/findings.ts';
import { sizeText } from './size-text.ts';

const WIDTH = 100;

/** What an audit found, by area, the worst first. */
export function auditText(audit: Audit): string {
  const { modelUri, version, findings } = audit;
  return [
    `${modelUri}${version && !modelUri.endsWith(`/${version}`) ? ` (version ${version})` : ''}`,
    `  answers with  ${runtimeText(audit)}`,
    `  flavors       ${audit.flavors.join(', ') || '-'}`,
    `  size          ${sizeText(audit.sizeBytes)} in ${audit.files} ${audit.files === 1 ? 'file' : 'files'}`,
    ...AREAS.flatMap((area) => areaLines(area, findings)),
    '',
    summary(findings),
    '',
  ].join('\n');
}

function runtimeText({ runtime, convertible }: Audit): string {
  if (runtime === undefined) return 'nothing';
  if (runtime !== 'python') return 'ONNX Runtime, in Node';
  return convertible === undefined
    ? 'Python, in its own environment'
    : `Python, in its own environment; or ONNX Runtime, once converted from ${convertible}`;
}

function areaLines(area: Finding['area'], findings: readonly Finding[]): string[] {
  const own = findings.filter((finding) => finding.area === area);
  if (own.length === 0) return [];
  return ['', area, ...own.flatMap(findingLines)];
}

function findingLines({ id, severity, where, what, fix }: Finding): string[] {
  return [
    `  ${severity.padEnd(7)}  ${id}  ${where}`,
    ...wrapped(what, '           '),
    ...(fix === undefined ? [] : wrapped(`fix: ${fix}`, '           ')),
  ];
}

function summary(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'nothing found';
  return SEVERITIES.map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return `${count} ${severity}${count === 1 ? '' : 's'}`;
  }).join(', ');
}

/** Lines of at most 100 characters, unless a word is longer. */
function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    const isFull = line.length + word.length + 1 > WIDTH && line.trim() !== '';
    if (isFull) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line];
}
