import packageJson from '../../package.json' with { type: 'json' };
import { encodeReport, REPORT_TEXT } from '../convert/proof-report.ts';
import { reportText, worstRows } from '../convert/report-text.ts';
import type { ConvertedModel, ConvertModelProgress } from '../endpoint/convert-model.ts';
import { convertModel } from '../endpoint/convert-model.ts';
import { shellWord } from '../shell-word.ts';
import { commandConfiguration, type ModelOptions } from './command-options.ts';
import { createConvertProgress } from './convert-progress.ts';
import { EXIT } from './failure.ts';
import { checkReadable } from './file-problem.ts';
import { untilInterrupted } from './until-interrupted.ts';

export interface ConvertCommandOptions extends ModelOptions {
  /** A folder that is not there, or empty. */
  readonly output: string;
  /** CSV or Parquet files. */
  readonly check?: readonly string[];
  readonly allowDrift?: boolean;
  /** ms. */
  readonly timeout?: number;
  readonly json?: boolean;
}

/** Convert a model to ONNX, prove that it answers like the original, and write it beside that. */
export async function convert(options: ConvertCommandOptions): Promise<number> {
  const { environment, modelUri } = commandConfiguration(options);
  await checkReadable(options.check ?? []);
  const signal = untilInterrupted('nothing was written', options.timeout);
  const progress = createConvertProgress();
  const converted = await convertModel({
    ...{ modelUri, environment, signal },
    output: options.output,
    checks: options.check ?? [],
    isDriftAllowed: options.allowDrift ?? false,
    onnxRuntimeVersion: packageJson.dependencies['onnxruntime-node'],
    onProgress: (step: ConvertModelProgress) => progress.update(step),
  }).finally(progress.stop);
  process.stdout.write(options.json ? jsonOf(converted, options) : textOf(converted, options));
  return converted.outcome === 'refused' ? EXIT.failure : EXIT.ok;
}

const jsonOf = ({ outcome, report }: ConvertedModel, { output }: ConvertCommandOptions): string =>
  `${JSON.stringify({ outcome, output, report: JSON.parse(encodeReport(report)) }, null, 2)}\n`;

function textOf({ outcome, report }: ConvertedModel, { output }: ConvertCommandOptions): string {
  const place = shellWord(output);
  switch (outcome) {
    case 'unchanged':
      return `nothing to do: ${place} holds this model already, converted and checked (${REPORT_TEXT})\n`;
    case 'refused':
      return `${reportText(report)}\nnot converted: nothing was written. Ways out:\n${waysOut(report.proof.verdict)}`;
    case 'converted': {
      const rows = report.proof.sources.reduce((sum, source) => sum + source.rows, 0);
      const worst =
        report.proof.worst.length > 0 ? `${worstRows(report.proof.worst, 3).join('\n')}\n` : '';
      const how = report.is_drift_allowed ? 'differs, as allowed' : 'answers like the original';
      return [
        `converted ${report.model} to ${place}: ${how}, asked about ${rows} rows`,
        `${worst}  report: ${place}/${REPORT_TEXT}`,
        'next:',
        `  mlflow-serverless serve -m ${place}`,
        '',
      ].join('\n');
    }
  }
}

const waysOut = (verdict: string): string =>
  [
    ...(verdict === 'drift'
      ? ['  --allow-drift       if these differences do not matter to you']
      : []),
    '  runtime: python     serve the original in its own Python environment (endpoint.yaml, or --runtime python)',
    '',
  ].join('\n');
