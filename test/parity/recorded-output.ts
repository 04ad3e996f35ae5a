import type { Dtype } from '../../src/model/dtype.ts';
import { column, frame } from '../../src/model/frame.ts';
import type { ModelOutput } from '../../src/model/model-output.ts';
import { ndArray } from '../../src/model/nd-array.ts';
import {
  arrayFrom,
  frameFrom,
  fromRecorded,
  type Recorded,
  type RecordedFrame,
  storageFrom,
} from './recorded-value.ts';
import type { OutputCase } from './recordings.ts';

/**
 * What the model returned in a recording of `outputs.json`.
 *
 * A few Python objects have no notation there (a set, a complex array); those are built from the
 * recording's `kind` alone, which says what they were.
 */
export function recordedOutput(
  output: OutputCase['output'],
): ModelOutput | { unserialisable: string } {
  const { kind } = output;
  const values = (output as { values?: Recorded[] }).values ?? [];
  if (kind === 'dataframe') return frameFrom(output as RecordedFrame);
  if (kind === 'value') return fromRecorded(output.value as Recorded);
  if (kind === 'series') {
    const { name, dtype } = output as unknown as { name: string | null; dtype: Dtype };
    const data = storageFrom(dtype, values.map(fromRecorded));
    return frame(values.length, [column(name ?? 0n, dtype, data as never)]);
  }
  if (kind.startsWith('ndarray-datetime64')) {
    const dtype = kind.slice('ndarray-'.length) as Dtype;
    return arrayFrom(
      dtype,
      [values.length],
      values.map((text) => ({ dt: text as string })),
    );
  }
  if (kind === 'ndarray-complex128') return ndArray('complex128', [1], new Float64Array([1, 1]));
  if (kind === 'list-of-time') {
    return values.map((text) => {
      const [hours, minutes, seconds] = (text as string).split(':').map(BigInt) as [
        bigint,
        bigint,
        bigint,
      ];
      return { kind: 'time', ns: ((hours * 60n + minutes) * 60n + seconds) * 1_000_000_000n };
    });
  }
  if (kind === 'dict-nonstring-keys') {
    return new Map([
      ['1', 'c'],
      ['2.5', 'b'],
      ['null', 'd'],
    ]);
  }
  if (kind === 'dataframe-timedelta') {
    return frame(1, [column('t', 'timedelta64[ns]', new BigInt64Array([1n]))]);
  }
  if (kind === 'list-of-dataframe') return [frame(0, [])] as unknown as ModelOutput;
  return { unserialisable: kind };
}
