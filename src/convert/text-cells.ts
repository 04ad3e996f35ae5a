import type { Cell } from './cell.ts';
import type { Random } from './random.ts';

const WORDS = [
  'red',
  'green',
  'blue',
  'small',
  'large',
  'good',
  'not',
  'wine',
  'the',
  'A',
  '42',
  'x-y',
];

const LONG_TEXT_WORDS = 4000;

/** Texts that models and tokenizers stumble over; null among them. */
export const textEdges = (): Cell[] => [
  '',
  ' ',
  'never seen before',
  'NaN',
  'None',
  '0',
  '1.0',
  'Zürich – naïve café',
  '漢字 と かな',
  '👍🏽 emoji',
  'tab\tand\nnew line',
  'İstanbul STRASSE straße ŒUVRE',
  `it's "quoted", isn't it?`,
  Array.from({ length: LONG_TEXT_WORDS }, (_, i) => WORDS[i % WORDS.length]).join(' '),
  null,
];

/** A text as clients send it: one that was seen, or for prose another one of its words. */
export function ordinaryText(
  seen: readonly string[],
  known: readonly string[],
  random: Random,
): Cell {
  const prose = seen.filter((text) => /\S\s+\S+\s+\S/.test(text));
  if (known.length === 0 && prose.length > 0) return sentence(prose, random);
  const categories = [...known, ...(known.length === 0 ? seen : [])];
  return categories.length > 0 ? random.pick(categories) : random.pick(WORDS);
}

function sentence(prose: readonly string[], random: Random): string {
  const words = prose.flatMap((text) => text.split(/\s+/)).filter((word) => word !== '');
  const length = 1 + random.below(20);
  return Array.from({ length }, () => {
    const word = random.pick(random.next() < 0.85 ? words : WORDS);
    const luck = random.next();
    return luck < 0.05
      ? word.toUpperCase()
      : luck < 0.1
        ? `${word},`
        : luck < 0.12
          ? `${word}!?`
          : word;
  }).join(random.pick([' ', ' ', ' ', '  ']));
}
