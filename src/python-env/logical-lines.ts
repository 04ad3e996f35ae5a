/** A line of a requirements file, and where it begins (from 1). */
export interface LogicalLine {
  readonly text: string;
  readonly line: number;
}

/**
 * The lines of a requirements file as pip sees them: continued ones joined, comments and blank ones gone.
 *
 * @see https://pip.pypa.io/en/stable/reference/requirements-file-format/
 */
export function logicalLines(text: string): LogicalLine[] {
  const found: LogicalLine[] = [];
  let start = 1;
  let joined = '';
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  for (const [index, raw] of lines.entries()) {
    if (joined === '') start = index + 1;
    const isComment = /^\s*#/.test(raw);
    if (raw.endsWith('\\') && !isComment && index < lines.length - 1) {
      joined += raw.slice(0, -1);
      continue;
    }
    // A comment after a continued line ends it.
    const whole = (joined + (isComment ? ` ${raw}` : raw)).replace(/(^|\s+)#.*$/, '').trim();
    if (whole !== '') found.push({ text: whole, line: start });
    joined = '';
  }
  return found;
}
