"""Make a bucket and copy a folder into it: python upload.py ENDPOINT BUCKET PREFIX FOLDER."""

import sys
from pathlib import Path

import boto3

endpoint, bucket, prefix, folder = sys.argv[1:]
s3 = boto3.client("s3", endpoint_url=endpoint)
s3.create_bucket(Bucket=bucket)
for path in sorted(p for p in Path(folder).rglob("*") if p.is_file()):
    s3.upload_file(str(path), bucket, f"{prefix}/{path.relative_to(folder).as_posix()}")
