import { parseModelUri } from '../../registry/model-uri.ts';
import { type Finding, finding } from '../findings.ts';
import type { AuditSubject } from '../subject.ts';

/** How the model is named, and what its registry vouches for. */
export function checkRegistry({ context }: AuditSubject): Finding[] {
  const { modelUri, version, stages } = context;
  const uri = parseModelUri(modelUri);
  const found: Finding[] = [];
  if (uri.kind === 'stage') {
    const what = `${uri.stage} is a stage; MLflow has deprecated stages since 2.9`;
    const fix = `set an alias and name models:/${uri.name}@<alias>`;
    found.push(finding('stage-uri', modelUri, what, fix));
  }
  const others = stages.filter((stage) => uri.kind !== 'stage' || stage !== uri.stage);
  if (others.length > 0) {
    const what = `the version is in ${others.join(', ')}; MLflow has deprecated stages since 2.9`;
    found.push(finding('stage-current', modelUri, what, 'use aliases'));
  }
  if (uri.kind === 'latest') {
    const what = 'whatever is registered next answers at once, tried or not';
    const fix = `set an alias and name models:/${uri.name}@<alias>`;
    found.push(finding('latest-uri', modelUri, what, fix));
  }
  if (version !== undefined && uri.kind !== 'files' && version.digest === undefined) {
    const what = 'the registry keeps no digests: changed files are not noticed';
    const fix = 'publish the model (mlflow-serverless publish) and serve it from there';
    found.push(finding('no-digests', version.source, what, fix));
  }
  return found;
}
