import { type Finding, finding, listed } from '../findings.ts';
import { type AuditSubject, hasFile, isPython, type SubjectFile } from '../subject.ts';

/** Settings of flavors that name a file or folder of the model. */
const PATH_KEYS = [
  'data',
  'model_data',
  'pickled_model',
  'model_path',
  'python_model',
  'saved_model_dir',
  'model_binary',
  'serialized_explainer',
  'conversion',
];
/** The model itself: without it nothing opens. */
const MEBIBYTE = 1024 * 1024;
/** Lambda's disk, unless endpoint.yaml says more, and the most it can be. @see AWS Lambda quotas */
const TMP_BYTES = 512 * MEBIBYTE;
const MOST_TMP_BYTES = 10_240 * MEBIBYTE;
/** One vCPU of Lambda has this memory; a model takes its size and more of it. */
const MEMORY_BYTES = 1769 * MEBIBYTE;

/** Files that are missing, outside, too large, or carried along for nothing. */
export function checkFiles(subject: AuditSubject): Finding[] {
  return [...paths(subject), ...links(subject), ...sizes(subject), ...unneeded(subject)];
}

function paths(subject: AuditSubject): Finding[] {
  return Object.entries(subject.mlmodel.flavors).flatMap(([flavor, settings]) =>
    PATH_KEYS.flatMap((key) => {
      const path = settings[key];
      if (typeof path !== 'string' || path === '') return [];
      const where = `MLmodel: flavors.${flavor}.${key}`;
      const fix = 'log the model again, or fetch all of its folder';
      if (isOutside(path)) {
        return [finding('path-outside', where, 'names a file outside the model directory', fix)];
      }
      if (hasFile(subject, path.replace(/^\.\//, '').replace(/\/+$/, ''))) return [];
      // Where another runtime answers, the original's file is not opened.
      const isUsed = isPython(subject) || flavor === 'onnx' || flavor === 'catboost';
      const missing = finding('file-missing', where, `${path.slice(0, 80)} is not there`, fix);
      return [isUsed ? missing : { ...missing, severity: 'note' as const }];
    }),
  );
}

const isOutside = (path: string): boolean =>
  /^(?:[\\/]|[A-Za-z]:)/.test(path) || path.split(/[\\/]/).includes('..');

function links({ files }: AuditSubject): Finding[] {
  const found = files.filter(({ isLink }) => isLink).map(({ path }) => path);
  if (found.length === 0) return [];
  const what = 'a link is not copied when the model is published, and may point anywhere';
  return [finding('symbolic-link', listed(found), what, 'put the file itself there')];
}

function sizes({ sizeBytes }: AuditSubject): Finding[] {
  const where = 'all files';
  const mebibytes = Math.ceil(sizeBytes / MEBIBYTE);
  if (sizeBytes > MOST_TMP_BYTES) {
    const what = `${mebibytes} MiB; Lambda has at most ${MOST_TMP_BYTES / MEBIBYTE} MiB of disk, and images no more`;
    return [finding('size-limit', where, what, 'serve it elsewhere, or make the model smaller')];
  }
  const found: Finding[] = [];
  if (sizeBytes > TMP_BYTES * 0.9) {
    const what = `${mebibytes} MiB; Lambda's disk has ${TMP_BYTES / MEBIBYTE} MiB unless it is given more, and two versions lie there during an update`;
    found.push(finding('size-tmp', where, what, 'set the disk of the function to twice the size'));
  }
  if (sizeBytes > MEMORY_BYTES / 2) {
    const what = `${mebibytes} MiB; opened it takes at least as much memory, more than half of ${MEMORY_BYTES / MEBIBYTE} MiB`;
    found.push(finding('size-memory', where, what, 'give the function more memory'));
  }
  return found;
}

/** What nobody reads when the model answers. */
const UNNEEDED =
  /(?:^|\/)(?:__pycache__|\.git|\.ipynb_checkpoints|\.pytest_cache|\.venv|node_modules|\.DS_Store)(?:\/|$)|\.(?:pyc|ipynb|log|tmp|bak)$|~$/i;

/** Our own record of a conversion: `publish` keeps it, and the Node runtime does not fetch it. */
const CONVERT_LOG = 'onnx/convert.log';

function unneeded({ files }: AuditSubject): Finding[] {
  const found = files.filter(({ path }) => UNNEEDED.test(path) && path !== CONVERT_LOG);
  if (found.length === 0) return [];
  const bytes = sum(found);
  const many = found.length === 1 ? '1 file' : `${found.length} files`;
  const what = `not needed to answer, and fetched with the model: ${many}, ${Math.ceil(bytes / 1024)} KiB`;
  const fix = 'remove them, then log or publish the model again';
  return [finding('file-unneeded', listed(found.map(({ path }) => path)), what, fix)];
}

const sum = (files: readonly SubjectFile[]): number =>
  files.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
