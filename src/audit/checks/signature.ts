import type { ColSpec } from '../../model/signature.ts';
import { type Finding, finding, listed } from '../findings.ts';
import { type AuditSubject, hasFile } from '../subject.ts';

const LOG_AGAIN = 'log the model again with input_example=…, which makes a signature as well';

/** What requests are checked and cast by. */
export function checkSignature(subject: AuditSubject): Finding[] {
  const { mlmodel } = subject;
  const found = examples(subject);
  const inputs = mlmodel.signature?.inputs;
  if (inputs === undefined) {
    const what = mlmodel.signature === undefined ? 'is not there' : 'declares no inputs';
    const item = finding(
      'signature-missing',
      'MLmodel: signature',
      `${what}: types are guessed from each request, names and order are not checked`,
      LOG_AGAIN,
    );
    return [item, ...found];
  }
  if (inputs.kind === 'columns') found.push(...columns(inputs.inputs));
  return found;
}

function columns(specs: readonly ColSpec[]): Finding[] {
  const namesOf = (...types: ColSpec['type'][]): string[] =>
    specs.flatMap(({ type, name, required }, i) =>
      types.includes(type) && required ? [name ?? `column ${i}`] : [],
    );
  const found: Finding[] = [];
  const integers = namesOf('long', 'integer');
  if (integers.length > 0) {
    const what = `integer columns refuse missing values and numbers such as 2.5 (${listed(integers)}); an example without gaps makes them of columns that have some`;
    const fix = 'if they can have gaps, log with an example in which they are float64';
    found.push(finding('integer-column', 'MLmodel: signature.inputs', what, fix));
  }
  const floats = namesOf('float');
  if (floats.length > 0) {
    const what = `numbers are rounded to float32 (${listed(floats)}): beyond seven digits they change, integers above 16,777,216 too`;
    found.push(finding('float-column', 'MLmodel: signature.inputs', what));
  }
  return found;
}

function examples(subject: AuditSubject): Finding[] {
  const { inputExample } = subject.mlmodel;
  const where = 'MLmodel: saved_input_example_info';
  if (inputExample === undefined) {
    const what =
      'is not there: a new version cannot be tried before it answers, a conversion has less to compare';
    return [finding('example-missing', where, what, LOG_AGAIN)];
  }
  const { path, servingPath } = inputExample;
  const gone = [path, ...(servingPath ? [servingPath] : [])].filter(
    (file) => !hasFile(subject, file),
  );
  if (gone.length > 0) {
    return [finding('example-missing', where, `${listed(gone)} is named and not there`, LOG_AGAIN)];
  }
  if (servingPath !== undefined) return [];
  const what = 'the example could not be written as a request, so new versions are not tried on it';
  return [finding('serving-example-missing', where, what, LOG_AGAIN)];
}
