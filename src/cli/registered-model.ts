import { parseModelUri } from '../registry/model-uri.ts';
import { UsageError } from './failure.ts';

/** What is said about a registered model on the command line. */
export interface RegisteredModelArgument {
  readonly name: string;
  /** Digits. */
  readonly version?: string;
  readonly alias?: string;
  readonly stage?: string;
  readonly isLatest?: boolean;
}

const MAX_QUOTED_CHARACTERS = 80;

/**
 * Read `models:/wine`, `models:/wine/3`, `models:/wine@champion`, `models:/wine/Production` or `models:/wine/latest`.
 *
 * @throws {UsageError} for anything else, with what was meant most likely
 */
export function parseRegisteredModel(text: string | undefined): RegisteredModelArgument {
  if (text === undefined) throw new UsageError('no model is named; for example models:/wine/3');
  const short = text.slice(0, MAX_QUOTED_CHARACTERS);
  if (!/^[a-z][a-z0-9+.-]*:/i.test(text)) {
    const meant = `models:/${short.replace(/^(\/|models\/)+/, '')}`;
    throw new UsageError(`"${short}" is no model URI; did you mean ${meant}?`);
  }
  const uri = parseModelUri(text);
  switch (uri.kind) {
    case 'logged-model':
      return { name: uri.modelId };
    case 'latest':
      return { name: uri.name, isLatest: true };
    case 'run':
    case 'files':
      throw new UsageError(
        `"${short}" names no registered model; expected models:/<name>/<version> or models:/<name>@<alias>`,
      );
    default:
      return uri;
  }
}

/** Which alias or stage is meant: by `--alias` or `--stage`. */
export interface PointerOptions {
  readonly alias?: string;
  readonly stage?: string;
}

/** @throws {UsageError} for none, or both */
export function parsePointerOptions({ alias, stage }: PointerOptions) {
  if (alias !== undefined && stage === undefined) {
    return { kind: 'alias', pointer: alias.replace(/^@/, '') } as const;
  }
  if (stage !== undefined && alias === undefined) return { kind: 'stage', pointer: stage } as const;
  throw new UsageError('name one alias or one stage: --alias champion or --stage Production');
}
