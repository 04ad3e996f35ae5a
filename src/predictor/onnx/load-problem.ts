import { ServingError } from '../../errors.ts';

interface Cause {
  readonly pattern: RegExp;
  readonly code: 'INVALID_PARAMETER_VALUE' | 'NOT_IMPLEMENTED';
  readonly say: (groups: RegExpExecArray) => string;
}

/** ORT's messages of version 1.30, by what went wrong. The first that fits is used. */
const CAUSES: readonly Cause[] = [
  {
    pattern: /External data path does not exist: "?(?:[^"\n]*[\\/])?([^"\\/\n]+)"?/,
    code: 'INVALID_PARAMETER_VALUE',
    say: ([, file]) =>
      `the file "${file}" that holds the model's weights is missing beside it; copy or log the whole model directory`,
  },
  {
    pattern: /External initializer: (\S+).*(?:out of bounds|can not be read in full)/s,
    code: 'INVALID_PARAMETER_VALUE',
    say: ([, tensor]) =>
      `the file with the weights of "${tensor}" is shorter than the model says; fetch or log the model again`,
  },
  {
    pattern: /External data path|escapes/,
    code: 'INVALID_PARAMETER_VALUE',
    say: () =>
      'the model refers to weights outside its directory; log it again with its files beside it',
  },
  {
    pattern: /Opset (\d+) is under development.*domain (\S+) is till opset (\d+)/s,
    code: 'NOT_IMPLEMENTED',
    say: ([, opset, domain, newest]) =>
      `the model needs opset ${opset} of ${domain}, this runtime knows up to ${newest}; convert it with target_opset ${newest} or lower`,
  },
  {
    pattern: /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    code: 'NOT_IMPLEMENTED',
    say: ([, version, newest]) =>
      `the model has ONNX IR version ${version}, this runtime knows up to ${newest}; save it with an older onnx package`,
  },
  {
    pattern: /Error No Op registered for (\S+)|Fatal error: (\S+?)\(-?\d+\) is not a registered/,
    code: 'NOT_IMPLEMENTED',
    say: ([, standard, custom]) =>
      `the model uses the operator ${standard ?? custom}, which this runtime does not have; convert the model without it`,
  },
  {
    pattern: /Could not find an implementation for (\S+?)\(/,
    code: 'NOT_IMPLEMENTED',
    say: ([, operator]) =>
      `this runtime has no CPU implementation of the model's operator ${operator} for its types; convert the model without it`,
  },
  {
    pattern: /Failed to construct locale with name:([\w.@-]+)/,
    code: 'NOT_IMPLEMENTED',
    say: ([, locale]) =>
      `the model's StringNormalizer needs the locale ${locale}, which is not installed here; convert the model with the option locale "C"`,
  },
  {
    pattern: /Protobuf parsing failed|protobuf parsing failed|does not have a graph/,
    code: 'INVALID_PARAMETER_VALUE',
    say: () => 'the model file is no ONNX model or is cut short; fetch or log the model again',
  },
];

/**
 * Say in one line why ORT cannot open a model, and what to do.
 *
 * ORT's own words hold paths of this machine and of its build; they stay in `cause`.
 */
export function loadProblem(cause: unknown): ServingError {
  const text = cause instanceof Error ? cause.message : String(cause);
  for (const { pattern, code, say } of CAUSES) {
    const groups = pattern.exec(text);
    if (groups) return new ServingError(code, say(groups), { cause });
  }
  return new ServingError(
    'INVALID_PARAMETER_VALUE',
    `ONNX Runtime cannot open the model: ${tidyMessage(text)}`,
    { cause },
  );
}

/** Longest piece of ORT's words in an answer; characters. */
const MAX_LENGTH = 300;

/** ORT's message on one line, without source files, C++ signatures and paths. */
export function tidyMessage(text: string): string {
  const tidy = text
    .replace(/^Load model from .*? failed:/s, '')
    .replace(/\/?onnxruntime_src\/\S+?:\d+ .*?(?:\[with [^\]]*\]|\))\s+(?=[A-Z(])/gs, '')
    .replace(/\b\w+\.(?:cc|h):\d+ \w+ /g, '')
    .replace(/"[^"\n]*[\\/][^"\n]*"/g, 'a file')
    .replace(/(?:[A-Za-z]:)?(?:[\\/][\w.+@%~-]+){2,}/g, 'a file')
    .replace(/\s+/g, ' ')
    .trim();
  return tidy.length > MAX_LENGTH ? `${tidy.slice(0, MAX_LENGTH - 1)}…` : tidy;
}
