"""A Parquet file with MLflow: python by_mlflow.py MODEL INPUT OUTPUT.

`mlflow models predict` takes no Parquet. Of MLflow's two ways this is the faster one on one machine: spark_udf starts Java and
Spark, and then does the same in each of Spark's workers.
"""

import sys

import mlflow
import pandas as pd

model, source, target = sys.argv[1:]
predictions = mlflow.pyfunc.load_model(model).predict(pd.read_parquet(source))
pd.DataFrame({name: values.ravel() for name, values in predictions.items()}).to_parquet(target)
