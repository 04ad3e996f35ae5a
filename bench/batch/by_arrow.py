"""The same without pandas: python by_arrow.py MODEL INPUT OUTPUT; pyarrow reads and writes, with all its threads."""

import sys

import numpy as np
import onnxruntime
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

CHUNK = 100_000
model, source, target = sys.argv[1:]
session = onnxruntime.InferenceSession(f"{model}/model.onnx")
name = session.get_inputs()[0].name


def score(batch: pa.RecordBatch) -> pa.RecordBatch:
    x = np.empty((batch.num_rows, batch.num_columns), np.float32)
    for i, column in enumerate(batch.columns):
        x[:, i] = column.to_numpy()
    predictions = pa.array(session.run(None, {name: x})[0].ravel())
    return pa.record_batch([*batch.columns, predictions], names=[*batch.schema.names, "variable"])


if source.endswith(".csv"):
    batches = csv.open_csv(source, csv.ReadOptions(block_size=8 << 20))
    create = csv.CSVWriter
else:
    batches = pq.ParquetFile(source).iter_batches(CHUNK)
    create = pq.ParquetWriter
writer = None
for batch in batches:
    scored = score(batch)
    writer = writer or create(target, scored.schema)
    writer.write_batch(scored)
if writer is not None:
    writer.close()
