/** A message of the dead-letter queue, as it is printed. */
export interface FailedFile {
  /** Of the message. */
  readonly id: string;
  /** What it tells of; none when nobody understands it. */
  readonly uris: readonly string[];
  /** ISO 8601 */
  readonly sentAt: string;
  readonly receives: number;
  readonly error?: string;
  /** Of the state machine, which says more. */
  readonly execution?: string;
  readonly replayed: boolean;
}

/** What a terminal is told of a dead-letter queue. */
export function redriveText(
  files: readonly FailedFile[],
  queueUrl: string,
  nowMs: number = Date.now(),
): string {
  if (files.length === 0) return `nothing to replay in ${queueUrl}\n`;
  const count = files.length === 1 ? '1 message' : `${files.length} messages`;
  const isReplayed = files.some(({ replayed }) => replayed);
  const last = isReplayed
    ? `${count} sent back to the queue`
    : `${count}; when the cause is mended, send them back with --replay`;
  return [...files.flatMap((file) => linesOf(file, nowMs)).map(printable), last, ''].join('\n');
}

function linesOf(file: FailedFile, nowMs: number): string[] {
  const { id, uris, sentAt, receives, error, execution } = file;
  const [first = `message ${id}: not one about a file`, ...others] = uris;
  const times = receives === 1 ? 'once' : `${receives} times`;
  const reason = error ?? 'it says no reason: the log of the function does';
  return [
    first,
    ...others,
    `  ${age(nowMs - Date.parse(sentAt))} old, received ${times}`,
    `  ${reason}`,
    ...(execution === undefined ? [] : [`  ${execution}`]),
  ];
}

/** In the largest unit of which there are two. */
function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
  ] as const;
  const [unit, size] = units.find(([, each]) => seconds >= 2 * each) ?? ['s', 1];
  return `${Math.floor(seconds / size)} ${unit}`;
}

/** Whoever may send messages may write into the terminal: no control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be printed
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
