"""Batch scoring written by hand: python by_pandas.py MODEL INPUT OUTPUT; chunks, pandas, ONNX Runtime on all cores."""

import sys

import numpy as np
import onnxruntime
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

CHUNK = 50_000
model, source, target = sys.argv[1:]
session = onnxruntime.InferenceSession(f"{model}/model.onnx")
name = session.get_inputs()[0].name


def score(chunk: pd.DataFrame) -> pd.DataFrame:
    return chunk.assign(variable=session.run(None, {name: chunk.to_numpy(np.float32)})[0])


if source.endswith(".csv"):
    with open(target, "w", newline="") as file:
        for i, chunk in enumerate(pd.read_csv(source, chunksize=CHUNK)):
            score(chunk).to_csv(file, header=i == 0, index=False)
else:
    parquet = pq.ParquetFile(source)
    schema = parquet.schema_arrow.remove_metadata().append(pa.field("variable", pa.float32()))
    with pq.ParquetWriter(target, schema) as writer:
        for batch in parquet.iter_batches(CHUNK):
            writer.write_table(pa.Table.from_pandas(score(batch.to_pandas()), schema, preserve_index=False))
