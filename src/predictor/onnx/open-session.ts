import { dirname } from 'node:path';
import { badRequest, ServingError } from '../../errors.ts';
import { createEmptyGuard, hasEmptyFeed } from './empty-feeds.ts';
import { loadProblem } from './load-problem.ts';
import { type NativeOptions, type NativeSession, openNativeSession } from './native-runtime.ts';
import type { OutputPlan } from './output-plan.ts';
import { prepareModel } from './prepare-model.ts';
import { quote } from './quote.ts';
import { isMissingLocale } from './rewrite-locale.ts';
import { runProblem } from './run-problem.ts';
import type { NativeResults } from './to-answer.ts';
import type { NativeFeeds } from './to-feeds.ts';
import type { GraphInput } from './to-tensor.ts';

/** Where ORT looks for external weights of a model that is given as bytes. */
const WEIGHTS_FOLDER = 'session.model_external_initializers_file_folder_path';

/** An open graph: what it takes, how its results become the outputs of the model as logged. */
export interface OpenSession {
  readonly inputs: readonly GraphInput[];
  readonly plan: readonly OutputPlan[];
  /** @throws {ServingError} BAD_REQUEST when ORT rejects the feeds or the graph fails on them */
  run(feeds: NativeFeeds): NativeResults;
  /** Idempotent. */
  release(): void;
}

/**
 * Open an ONNX file, its graph rewritten first when it must be.
 *
 * Models go to ORT by path, which needs 100 MB less at the peak for 100 MB of weights. Rewritten
 * ones go as bytes, since their directory may be shared or read-only; ORT still reads their
 * external weights from that directory.
 *
 * @param wanted outputs to compute; the others' part of the graph is left out of a run. @default all
 * @throws {ServingError} INVALID_PARAMETER_VALUE or NOT_IMPLEMENTED, one line with cause and fix
 */
export function openSession(
  path: string,
  options: NativeOptions,
  wanted?: readonly string[],
): OpenSession {
  const { session, plan } = openPrepared(path, { ...options, ...(wanted && { wanted }) });
  try {
    const inputs = graphInputs(session);
    return lifeOf(session, inputs, checkedPlan(session, plan), createEmptyGuard(path));
  } catch (error) {
    session.release();
    throw error;
  }
}

function openPrepared(path: string, options: NativeOptions, hasLocale = true): Opened {
  const { bytes, plan } = prepareModel(path, hasLocale);
  try {
    const session =
      bytes === undefined
        ? openNativeSession(path, options)
        : openNativeSession(bytes, withWeightsFolder(options, dirname(path)));
    return { session, plan: plan ?? session.outputs.map(({ name }) => ({ kind: 'tensor', name })) };
  } catch (cause) {
    if (hasLocale && isMissingLocale(cause)) return openPrepared(path, options, false);
    throw loadProblem(cause);
  }
}

interface Opened {
  readonly session: NativeSession;
  readonly plan: readonly OutputPlan[];
}

function lifeOf(
  session: NativeSession,
  inputs: readonly GraphInput[],
  plan: readonly OutputPlan[],
  isFatalOnEmpty: () => boolean,
): OpenSession {
  let isReleased = false;
  return {
    inputs,
    plan,
    run(feeds) {
      if (isReleased) throw new Error('the model was released');
      if (hasEmptyFeed(feeds) && isFatalOnEmpty()) {
        throw badRequest('the model cannot run on zero rows; send at least one');
      }
      try {
        return session.run(feeds);
      } catch (cause) {
        throw runProblem(cause);
      }
    },
    release() {
      if (isReleased) return;
      isReleased = true;
      session.release();
    },
  };
}

const withWeightsFolder = (options: NativeOptions, folder: string): NativeOptions => ({
  ...options,
  extra: { ...options.extra, [WEIGHTS_FOLDER]: folder },
});

function graphInputs({ inputs }: NativeSession): GraphInput[] {
  if (inputs.length === 0) {
    throw new ServingError('INVALID_PARAMETER_VALUE', 'the model has no inputs; convert it again');
  }
  return inputs.map(({ name, type, shape }) => {
    if (type !== undefined) return { name, type, shape };
    throw new ServingError(
      'NOT_IMPLEMENTED',
      `the model input ${quote(name)} is no tensor, or of a type that cannot be sent (bfloat16, float8, complex); convert the model with plain tensor inputs`,
    );
  });
}

function checkedPlan(session: NativeSession, plan: readonly OutputPlan[]): readonly OutputPlan[] {
  const odd = session.outputs.find(({ type }) => type === undefined);
  if (odd === undefined) return plan;
  throw new ServingError(
    'NOT_IMPLEMENTED',
    `the model output ${quote(odd.name)} is of a type that cannot be answered (bfloat16, float8, complex, sequence, map or optional); convert the model with plain tensor outputs`,
  );
}
