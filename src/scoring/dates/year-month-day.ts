import { daysInMonth } from '../../model/calendar.ts';
import { pythonInt } from '../../model/number-text.ts';

/** dateutil gives up on a text; its reason is never shown. */
export class DateutilError extends Error {
  override readonly name = 'DateutilError';
}

export type YmdLabel = 'Y' | 'M' | 'D';

type YearMonthDay = readonly [number | undefined, number | undefined, number | undefined];

/** Python's `int(text)` for a token. */
export function tokenInt(text: string): number {
  const value = pythonInt(text);
  if (value === undefined) throw new DateutilError('no integer');
  return Number(value);
}

/**
 * The up to three numbers of a date, in the order they were read, and which of them are known to
 * be year, month or day.
 *
 * @see dateutil/parser/_parser.py, `_ymd`
 */
export class YearMonthDayList {
  readonly values: number[] = [];
  isCenturyKnown = false;
  #index: Partial<Record<YmdLabel, number>> = {};

  get length(): number {
    return this.values.length;
  }

  /** Add a token, or a number that was computed. */
  append(value: string | number, label?: YmdLabel): void {
    let kind = label;
    const isLong =
      typeof value === 'string' ? /^\p{Nd}{3,}$/u.test(value) : Number.isNaN(value) || value > 100;
    if (isLong) {
      this.isCenturyKnown = true;
      if (kind !== undefined && kind !== 'Y') throw new DateutilError('a year where none can be');
      kind = 'Y';
    }
    this.values.push(typeof value === 'string' ? tokenInt(value) : Math.trunc(value));
    if (kind === undefined) return;
    if (this.#index[kind] !== undefined) throw new DateutilError('the same part twice');
    this.#index[kind] = this.values.length - 1;
  }

  couldBeDay(value: number): boolean {
    const { Y, M, D } = this.#index;
    if (D !== undefined) return false;
    if (M === undefined) return value >= 1 && value <= 31;
    const year = Y === undefined ? 2000 : this.#at(Y);
    const month = this.#at(M);
    if (month < 1 || month > 12) throw new DateutilError('no such month');
    return value >= 1 && value <= daysInMonth(BigInt(year), month);
  }

  /** Year, month and day, by what is known and then by size and position. */
  resolve(): YearMonthDay {
    const known = Object.keys(this.#index).length;
    if ((known > 0 && known === this.length) || (this.length === 3 && known === 2)) {
      return this.#fromKnown();
    }
    if (this.length > 3) throw new DateutilError('more than three numbers');
    if (this.length === 1 || (this.#index.M !== undefined && this.length === 2)) {
      return this.#fromOneNumber();
    }
    if (this.length === 2) return this.#fromTwoNumbers();
    return this.length === 3 ? this.#fromThreeNumbers() : [undefined, undefined, undefined];
  }

  #at(index: number): number {
    return this.values[index] as number;
  }

  #fromKnown(): YearMonthDay {
    const index = { ...this.#index };
    if (this.length === 3) {
      const taken = Object.values(index);
      const free = [0, 1, 2].find((i) => !taken.includes(i)) as number;
      for (const label of ['Y', 'M', 'D'] as const) index[label] ??= free;
    }
    const part = (label: YmdLabel) => {
      const i = index[label];
      return i === undefined ? undefined : this.#at(i);
    };
    return [part('Y'), part('M'), part('D')];
  }

  #fromOneNumber(): YearMonthDay {
    const { M } = this.#index;
    const month = M === undefined ? undefined : this.#at(M);
    if (this.length === 1 && M !== undefined) return [undefined, month, undefined];
    const other = this.values.find((_, i) => i !== M) as number;
    return other > 31 ? [other, month, undefined] : [undefined, month, other];
  }

  #fromTwoNumbers(): YearMonthDay {
    const [a, b] = this.values as [number, number];
    if (a > 31) return [a, b, undefined];
    if (b > 31) return [b, a, undefined];
    return [undefined, a, b];
  }

  #fromThreeNumbers(): YearMonthDay {
    const [a, b, c] = this.values as [number, number, number];
    switch (this.#index.M) {
      case 0:
        return b > 31 ? [b, a, c] : [c, a, b];
      case 1:
        return a > 31 ? [a, b, c] : [c, b, a];
      case 2:
        return b > 31 ? [b, c, a] : [a, c, b];
      default:
        if (a > 31 || this.#index.Y === 0) return [a, b, c];
        return a > 12 ? [c, b, a] : [c, a, b];
    }
  }
}
