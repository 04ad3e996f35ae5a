import { badRequest } from '../../errors.ts';
import { corrupt, createByteReader } from './byte-reader.ts';
import { fields, readStruct, required, type ThriftStruct } from './thrift.ts';

/** Physical types by their number in the format. */
const PHYSICAL_TYPES = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
] as const;

export type PhysicalType = (typeof PHYSICAL_TYPES)[number];

const REPETITIONS = ['REQUIRED', 'OPTIONAL', 'REPEATED'] as const;

/** One node of the schema, in depth-first order. A node without a type is a group. */
export interface SchemaElement {
  readonly name: string;
  readonly type: PhysicalType | undefined;
  /** Bytes of a value of FIXED_LEN_BYTE_ARRAY. */
  readonly typeLength: number;
  readonly repetition: (typeof REPETITIONS)[number];
  readonly childCount: number;
  readonly convertedType: number | undefined;
  readonly scale: number;
  readonly logicalType: ThriftStruct | undefined;
}

/** Where the pages of one leaf in one row group are. Units: bytes from the start of the file. */
export interface ColumnChunk {
  readonly codec: number;
  readonly valueCount: number;
  /** As its statistics say; they may be left out. */
  readonly nullCount?: number;
  readonly start: number;
}

export interface RowGroup {
  readonly rowCount: number;
  /** One for each leaf, in the schema's order. */
  readonly chunks: readonly ColumnChunk[];
}

export interface FileMetadata {
  readonly rowCount: number;
  readonly schema: readonly SchemaElement[];
  readonly rowGroups: readonly RowGroup[];
  readonly keyValues: ReadonlyMap<string, string>;
}

const FOOTER_BYTES = 8;
const MAGIC = 'PAR1';
const ENCRYPTED_MAGIC = 'PARE';

/**
 * Read the metadata at the end of a Parquet file.
 *
 * @throws {ServingError} BAD_REQUEST when there is none, or it contradicts the format
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
export function readFileMetadata(file: Uint8Array): FileMetadata {
  const magic = String.fromCharCode(...file.subarray(-4));
  if (magic === ENCRYPTED_MAGIC) throw badRequest('parquet body: the file is encrypted');
  if (file.length < FOOTER_BYTES + 4 || magic !== MAGIC) {
    throw badRequest('parquet body: expected a Parquet file, which ends with PAR1');
  }
  const footer = file.length - FOOTER_BYTES;
  const length = createByteReader(file).view.getUint32(footer, true);
  if (length > footer - 4) throw corrupt('the metadata is longer than the file');
  const struct = readStruct(createByteReader(file.subarray(0, footer), footer - length));
  if (struct.has(8)) throw badRequest('parquet body: the file is encrypted');
  return {
    rowCount: count(fields.number(struct, 3), 'the number of rows'),
    schema: fields.structs(struct, 2).map(schemaElement),
    rowGroups: fields.structs(struct, 4).map(rowGroup),
    keyValues: new Map(
      fields
        .structs(struct, 5)
        .map((pair) => [fields.text(pair, 1) ?? '', fields.text(pair, 2) ?? '']),
    ),
  };
}

/** A number of things: whole and not negative. */
function count(value: number | undefined, what: string): number {
  if (value === undefined || !Number.isSafeInteger(value) || value < 0) {
    throw corrupt(`${what} is missing or out of range`);
  }
  return value;
}

function schemaElement(struct: ThriftStruct): SchemaElement {
  const type = fields.number(struct, 1);
  if (type !== undefined && PHYSICAL_TYPES[type] === undefined) {
    throw corrupt(`the schema has the unknown type ${type}`);
  }
  return {
    name: fields.text(struct, 4) ?? '',
    type: type === undefined ? undefined : PHYSICAL_TYPES[type],
    typeLength: count(fields.number(struct, 2) ?? 0, 'the length of a type'),
    repetition: REPETITIONS[fields.number(struct, 3) ?? 0] ?? 'REQUIRED',
    childCount: count(fields.number(struct, 5) ?? 0, 'the number of children in the schema'),
    convertedType: fields.number(struct, 6),
    scale: fields.number(struct, 7) ?? 0,
    logicalType: fields.struct(struct, 10),
  };
}

const rowGroup = (struct: ThriftStruct): RowGroup => ({
  rowCount: count(fields.number(struct, 3), 'the number of rows of a row group'),
  chunks: fields.structs(struct, 1).map(columnChunk),
});

function columnChunk(struct: ThriftStruct): ColumnChunk {
  if (struct.has(8)) throw badRequest('parquet body: the file is encrypted');
  if (struct.has(1)) throw badRequest('parquet body: a column lies in another file');
  const metadata = required(fields.struct(struct, 3), 'the metadata of a column');
  const data = count(fields.number(metadata, 9), 'the place of a column');
  const dictionary = fields.number(metadata, 11) ?? 0;
  const statistics = fields.struct(metadata, 12);
  const nullCount = statistics && fields.number(statistics, 3);
  return {
    codec: required(fields.number(metadata, 4), 'the compression of a column'),
    valueCount: count(fields.number(metadata, 5), 'the number of values of a column'),
    ...(nullCount !== undefined && { nullCount }),
    // Some writers leave a 0 where there is no dictionary.
    start: dictionary > 0 && dictionary < data ? dictionary : data,
  };
}
