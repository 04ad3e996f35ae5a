const LONGEST = 700;
/** uv draws its chain of causes. */
const DRAWING = /^[\s│├╰─▶×]+/u;

/**
 * What an installer's output says of the reason why it failed, in one line; undefined when it does not say.
 *
 * @param lines of its output
 */
export function installerProblem(lines: readonly string[]): string | undefined {
  const found = fromPip(lines) ?? fromUv(lines);
  if (found === undefined) return undefined;
  const text = found
    .join(' ')
    .replace(/\s+/g, ' ')
    .replace(/ ?:+ : | : /g, ': ')
    .replace(/\.$/, '')
    .trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
}

/** True when the index could not be reached: the same will work later. */
export const isNetworkProblem = (lines: readonly string[]): boolean =>
  lines.some((line) =>
    /error sending request|dns error|failed to lookup address|name resolution|Name or service not known|Connection(?:Error| refused| reset)|timed out|Network is unreachable/i.test(
      line,
    ),
  );

/** `error: …` or `× …`, and the causes below it. */
function fromUv(lines: readonly string[]): string[] | undefined {
  const start = lines.findLastIndex((line) => /^\s*(?:error:|×)/.test(line));
  if (start === -1) return undefined;
  const rest = lines.slice(start);
  const end = rest.findIndex((line) => line.trim() === '');
  return (end === -1 ? rest : rest.slice(0, end)).map((line, index) => {
    const isCause = index > 0 && /^\s*(?:cause:|[├╰])/.test(line);
    return `${isCause ? ': ' : ' '}${line.replace(DRAWING, '').replace(/^(?:error|cause):\s*/, '')}`;
  });
}

/** `ERROR: …`, and who wants what of a conflict. */
function fromPip(lines: readonly string[]): string[] | undefined {
  const found: string[] = [];
  let isConflict = false;
  for (const line of lines) {
    if (/^ERROR: (?!ResolutionImpossible)/.test(line)) {
      found.push(line.slice('ERROR: '.length).replace(/ \(from versions: .*\)$/, ';'));
    }
    if (/^The conflict is caused by:/.test(line)) isConflict = true;
    else if (isConflict && /^\s+\S/.test(line)) found.push(`${line.trim()};`);
    else isConflict = false;
  }
  return found.length === 0 ? undefined : found;
}
