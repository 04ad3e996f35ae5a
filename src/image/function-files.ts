import type { CommentedStep } from './image-step.ts';
import { PLACES } from './places.ts';

/**
 * Steps of the build stage that lay out what serves: worker.py, and the files of the functions' zip.
 *
 * @param handlerZip its name in the build context
 * @param others further folders that are to be readable by everybody
 */
export const functionFiles = (
  handlerZip: string,
  others: readonly string[] = [],
): readonly CommentedStep[] => [
  {
    kind: 'copy',
    comment: 'what runs the model',
    source: 'python/',
    target: `${PLACES.task}/python/`,
  },
  { kind: 'copy', source: handlerZip, target: `${PLACES.build}/${handlerZip}` },
  {
    kind: 'run',
    comment:
      'the same files as in the zip that serves without Python: ONNX models are answered, too',
    commands: [
      `python3 -m zipfile -e ${PLACES.build}/${handlerZip} ${PLACES.task}`,
      `rm -f ${PLACES.task}/registry-events.js`,
      `${PLACES.python} -m compileall -q ${PLACES.task}/python`,
      `chmod -R a+rX,go-w ${[PLACES.task, ...others].join(' ')}`,
    ],
  },
];
