import { batchPlaceFaults } from '../batch-places.ts';
import type { Rule } from '../combinations.ts';

/** Results that lie among the inputs would be scored again; models would be taken for files. */
const placesApart: Rule = ({ file: { batch, store }, isFaulty }) => {
  if (!batch || isFaulty('batch', 'input') || isFaulty('batch', 'output')) return [];
  const storeUri = store?.bucket === undefined ? undefined : `s3://${store.bucket}/${store.prefix}`;
  return batchPlaceFaults(batch, storeUri);
};

/** A part that is larger than what is scored in one piece is none. */
const partsAreSmaller: Rule = ({ file: { batch }, isFaulty }) => {
  if (!batch || isFaulty('batch', 'rangeBytes') || isFaulty('batch', 'distributeAboveBytes')) {
    return [];
  }
  const { rangeBytes, distributeAboveBytes } = batch;
  if (rangeBytes <= distributeAboveBytes) return [];
  return [
    {
      path: ['batch', 'rangeBytes'],
      text: `batch.rangeBytes (${rangeBytes}) is more than batch.distributeAboveBytes (${distributeAboveBytes}), which is scored in one piece: lower it, or raise the other`,
    },
  ];
};

export const BATCH_RULES: readonly Rule[] = [placesApart, partsAreSmaller];
