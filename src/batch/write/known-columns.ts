import { column, type Frame, frame } from '../../model/frame.ts';
import { PREDICTIONS } from './columns-from-list.ts';

/** Where no row was predicted nobody knows the columns; a file needs some. */
export const knownColumns = (predictions: Frame): Frame =>
  predictions.columns.length > 0 ? predictions : frame(0, [column(PREDICTIONS, 'object', [])]);
