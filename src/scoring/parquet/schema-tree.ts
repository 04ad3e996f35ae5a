import { corrupt } from './byte-reader.ts';
import type { FileMetadata, SchemaElement } from './file-metadata.ts';

/**
 * A node of the schema with the levels at which its values exist.
 *
 * `leafIndex` counts the leaves in schema order; -1 for a group.
 */
export interface SchemaNode {
  readonly element: SchemaElement;
  readonly children: readonly SchemaNode[];
  readonly maxDefinition: number;
  readonly maxRepetition: number;
  readonly leafIndex: number;
}

/** Deeper than any real table; keeps recursion shallow. */
const MAX_DEPTH = 64;

/**
 * Build the tree of a file's columns.
 *
 * @returns the top-level columns
 * @throws {ServingError} BAD_REQUEST when the list of elements does not make a tree
 */
export function buildSchemaTree({ schema }: FileMetadata): readonly SchemaNode[] {
  let next = 0;
  let leafCount = 0;

  function build(maxDefinition: number, maxRepetition: number, depth: number): SchemaNode {
    const element = schema[next++];
    if (element === undefined || depth > MAX_DEPTH) throw corrupt('the schema is not a tree');
    const isRoot = depth === 0;
    const definition = maxDefinition + Number(!isRoot && element.repetition !== 'REQUIRED');
    const repetition = maxRepetition + Number(!isRoot && element.repetition === 'REPEATED');
    const leafIndex = element.type === undefined ? -1 : leafCount++;
    const children: SchemaNode[] = [];
    if (leafIndex < 0) {
      for (let i = 0; i < element.childCount; i++) {
        children.push(build(definition, repetition, depth + 1));
      }
    }
    return {
      element,
      children,
      maxDefinition: definition,
      maxRepetition: repetition,
      leafIndex,
    };
  }

  return build(0, 0, 0).children;
}

/** The leaves below a node, itself if it is one. */
export const leavesOf = (node: SchemaNode): readonly SchemaNode[] =>
  node.leafIndex >= 0 ? [node] : node.children.flatMap(leavesOf);
