"""Train the example model and put it into the embedded registry, examples/registry.

Two versions of `wine`, both on scikit-learn's bundled wine data (178 Italian wines, 13
measurements, 3 cultivars): version 1 is a logistic regression, version 2 a random forest.
Each is exported to ONNX, saved by MLflow with its signature and input example, and copied into the
published layout (docs/published-layout.md). `@champion` means version 2, `@baseline` version 1.

    python -m venv .venv && .venv/bin/pip install -r examples/wine/requirements.txt
    .venv/bin/python examples/wine/train.py
"""

import hashlib
import json
import shutil
import tempfile
from datetime import datetime, timezone
from pathlib import Path

import mlflow
import yaml
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

REGISTRY = Path(__file__).resolve().parent.parent / "registry"
NAME = "wine"
MODELS = {
    1: make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
    2: make_pipeline(StandardScaler(), RandomForestClassifier(n_estimators=40, max_depth=6, random_state=7)),
}
ALIASES = {"champion": 2, "baseline": 1}
STAGES = {"Production": 2, "Archived": 1}


def main():
    wine = load_wine(as_frame=True)
    train, test, train_class, test_class = train_test_split(
        wine.data, wine.target, test_size=0.25, random_state=0, stratify=wine.target
    )
    root = REGISTRY / "models" / NAME
    shutil.rmtree(root, ignore_errors=True)
    for version, classifier in MODELS.items():
        classifier.fit(train, train_class)
        print(f"{NAME} {version}: accuracy {classifier.score(test, test_class):.3f} on {len(test)} held-out wines")
        publish(save(classifier, train), root / "versions" / str(version), version)
    for folder, pointers in (("aliases", ALIASES), ("stages", STAGES)):
        (root / folder).mkdir()
        for pointer, version in pointers.items():
            write_json(root / folder / f"{pointer}.json", {"version": str(version)})


def save(classifier, train):
    """Save `classifier` as an MLflow ONNX model; its folder."""
    onnx_model = to_onnx(
        classifier, initial_types=[("X", FloatTensorType([None, train.shape[1]]))], target_opset=18
    )
    folder = Path(tempfile.mkdtemp()) / "model"
    example = train.iloc[:2].reset_index(drop=True)
    mlflow.onnx.save_model(
        onnx_model,
        str(folder),
        signature=infer_signature(train, classifier.predict(train)),
        input_example=example,
        pip_requirements=["mlflow==3.17.2", "onnx==1.23.2", "onnxruntime==1.30.0"],
    )
    return folder


def publish(folder, target, version):
    """Copy a saved model into the published layout, with a manifest of its files."""
    shutil.copytree(folder, target / "model")
    mlmodel = yaml.safe_load((folder / "MLmodel").read_text())
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    write_json(
        target / "manifest.json",
        {
            "schema": "mlflow-serverless/manifest/1",
            "name": NAME,
            "version": str(version),
            "source": "examples/wine/train.py",
            "run_id": None,
            "published_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "mlflow_version": mlmodel["mlflow_version"],
            "tags": {},
            "flavors": mlmodel["flavors"],
            "signature": mlmodel["signature"],
            "files": [
                {
                    "path": p.relative_to(folder).as_posix(),
                    "size": p.stat().st_size,
                    "sha256": hashlib.sha256(p.read_bytes()).hexdigest(),
                }
                for p in files
            ],
        },
    )


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


if __name__ == "__main__":
    main()
