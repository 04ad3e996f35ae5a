import type { Rule } from '../combinations.ts';
import type { Fault } from '../fault.ts';

/** A bucket that the stack did not make is used, and left as it is. */
const foreignBucket: Rule = ({ file, has }) => {
  if (!has('store', 'bucket')) return [];
  const faults: Fault[] = [];
  if (file.store?.onDestroy === 'delete') {
    faults.push({
      path: ['store', 'onDestroy'],
      text: 'store.onDestroy: delete with store.bucket: a bucket that the stack did not make is not deleted with it; remove one',
    });
  }
  if (has('store', 'noncurrentDays')) {
    faults.push({
      path: ['store', 'noncurrentDays'],
      at: 'key',
      text: 'store.noncurrentDays with store.bucket: the stack does not change the lifecycle of a bucket that it did not make; remove one',
    });
  }
  return faults;
};

export const STORE_RULES: readonly Rule[] = [foreignBucket];
