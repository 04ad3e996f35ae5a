"""scikit-learn's estimators in every way in which they differ: outputs, labels, inputs, steps before them.

`VARIANTS`: a name, which ends with the method when that is not predict → a function that gives model and frame.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn import (
    calibration,
    cluster,
    compose,
    covariance,
    decomposition,
    discriminant_analysis,
    dummy,
    ensemble,
    feature_selection,
    impute,
    linear_model,
    model_selection,
    multiclass,
    multioutput,
    naive_bayes,
    neighbors,
    neural_network,
    preprocessing,
    svm,
    tree,
)
from sklearn.compose import make_column_selector
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.pipeline import make_pipeline
from xgboost import XGBClassifier

_ROWS = 300
VARIANTS: dict[str, Callable[[], tuple[Any, pd.DataFrame]]] = {}


def _numbers() -> pd.DataFrame:
    random = np.random.default_rng(5)
    found = pd.DataFrame(random.normal(size=(_ROWS, 4)).round(3), columns=["a", "b", "c", "d"])
    found["d"] = random.integers(-5, 6, _ROWS).astype(float)
    return found


def _mixed() -> pd.DataFrame:
    random = np.random.default_rng(6)
    found = _numbers()
    found["n"] = random.integers(0, 30_000_000, _ROWS)
    found["flag"] = random.random(_ROWS) < 0.5
    found["plan"] = random.choice(["basic", "plus", "pro"], _ROWS)
    found["land"] = random.choice(["de", "fr", "été", "us", "ελ"], _ROWS, p=[0.5, 0.3, 0.1, 0.06, 0.04])
    return found


X, MIXED = _numbers(), _mixed()
NUMBER = (X.a * 2 - X.b + np.sin(X.d)).to_numpy()
BINARY, GRADE = (NUMBER > 0).astype(int), np.digitize(NUMBER, [-1, 1])
TEXT, FLAG = np.array(["low", "middle", "high"])[GRADE], NUMBER > 0
POSITIVE = np.exp(NUMBER / 3)
TWO = np.c_[NUMBER, -NUMBER]
_METHODS = ("predict", "predict_proba", "predict_log_proba")


def _add(name: str, model: Any, target: Any, frame: pd.DataFrame = X, methods: str = "predict") -> None:
    def fit() -> tuple[Any, pd.DataFrame]:
        return model.fit(frame, target), frame

    for method in methods.split():
        VARIANTS[name if method == "predict" else f"{name} {method}"] = fit


_PROBA = "predict predict_proba"
_LOGISTIC = linear_model.LogisticRegression
for kind, labels in {"2": BINARY, "3": GRADE, "text": TEXT, "bool": FLAG, "float": BINARY * 1.0}.items():
    _add(f"logistic {kind}", _LOGISTIC(max_iter=300), labels, methods=" ".join(_METHODS))
_add("logistic liblinear", _LOGISTIC(solver="liblinear"), BINARY, methods=_PROBA)
_add("logistic without intercept", _LOGISTIC(fit_intercept=False), GRADE, methods=_PROBA)
for kind in ("LinearRegression", "Ridge", "Lasso", "ElasticNet", "HuberRegressor", "BayesianRidge", "TheilSenRegressor"):
    _add(kind, getattr(linear_model, kind)(), NUMBER)
_add("LinearRegression two targets", linear_model.LinearRegression(), TWO)
_add("LinearRegression column", linear_model.LinearRegression(), NUMBER[:, None])
for kind in ("PoissonRegressor", "GammaRegressor", "TweedieRegressor"):
    _add(kind, getattr(linear_model, kind)(), POSITIVE)
_add("Tweedie log", linear_model.TweedieRegressor(power=1.5, link="log"), POSITIVE)
_add("RidgeClassifier 2", linear_model.RidgeClassifier(), BINARY)
_add("RidgeClassifier 3", linear_model.RidgeClassifier(), TEXT)
_add("SGDClassifier 2", linear_model.SGDClassifier(loss="log_loss", random_state=0), BINARY, methods=_PROBA)
_add("SGDClassifier 3", linear_model.SGDClassifier(loss="modified_huber", random_state=0), GRADE, methods=_PROBA)
_add("SGDClassifier hinge", linear_model.SGDClassifier(random_state=0), GRADE)
_add("SGDRegressor", linear_model.SGDRegressor(random_state=0), NUMBER)
_add("Perceptron 2", linear_model.Perceptron(), BINARY)
_add("Perceptron 3", linear_model.Perceptron(), TEXT)
_add("PassiveAggressive", linear_model.PassiveAggressiveClassifier(random_state=0), BINARY)
_add("LinearSVC 2", svm.LinearSVC(), BINARY)
_add("LinearSVC 3", svm.LinearSVC(), TEXT)
_add("LinearSVR", svm.LinearSVR(), NUMBER)
_add("LDA 2", discriminant_analysis.LinearDiscriminantAnalysis(), BINARY, methods=_PROBA)
_add("LDA 3", discriminant_analysis.LinearDiscriminantAnalysis(), TEXT, methods=_PROBA)
_add("QDA", discriminant_analysis.QuadraticDiscriminantAnalysis(), GRADE, methods=_PROBA)
for kernel in ("rbf", "linear", "poly", "sigmoid"):
    _add(f"SVR {kernel}", svm.SVR(kernel=kernel), NUMBER)
    _add(f"SVC {kernel}", svm.SVC(kernel=kernel), TEXT)
_add("SVC 2", svm.SVC(), BINARY)
_add("SVC 3", svm.SVC(decision_function_shape="ovo"), GRADE)
_add("SVC probability", svm.SVC(probability=True), GRADE, methods=_PROBA)
_add("NuSVC", svm.NuSVC(nu=0.2), BINARY)
_add("NuSVR", svm.NuSVR(), NUMBER)
_add("OneClassSVM", svm.OneClassSVM(nu=0.1), None)
_add("KNN 3", neighbors.KNeighborsClassifier(), TEXT, methods=_PROBA)
_add("KNN distance", neighbors.KNeighborsRegressor(weights="distance"), NUMBER)
_add("KNN regressor", neighbors.KNeighborsRegressor(), NUMBER)
_add("NearestCentroid", neighbors.NearestCentroid(), GRADE)
_add("GaussianNB", naive_bayes.GaussianNB(), TEXT, methods=_PROBA)
for kind in ("MultinomialNB", "ComplementNB", "BernoulliNB"):
    _add(kind, getattr(naive_bayes, kind)(), GRADE, X.abs().round(), _PROBA)
_add("MLP classifier 2", neural_network.MLPClassifier([8], max_iter=60, random_state=0), BINARY, methods=_PROBA)
_add("MLP classifier 3", neural_network.MLPClassifier([8], max_iter=60, random_state=0), TEXT, methods=_PROBA)
_add("MLP regressor", neural_network.MLPRegressor(hidden_layer_sizes=[8, 4], activation="tanh", max_iter=60, random_state=0), NUMBER)
_add("MLP two targets", neural_network.MLPRegressor(hidden_layer_sizes=[8], max_iter=60, random_state=0), TWO)
_add("KMeans", cluster.KMeans(4, random_state=0, n_init=1), None)
_add("MiniBatchKMeans", cluster.MiniBatchKMeans(4, random_state=0, n_init=1), None)
_add("Birch", cluster.Birch(n_clusters=3), None)
_add("tree", tree.DecisionTreeClassifier(), TEXT, methods="predict predict_proba predict_log_proba")
_add("tree two targets", tree.DecisionTreeRegressor(max_depth=5), TWO)
_SMALL = {"n_estimators": 10, "random_state": 0}
_add("forest bool", ensemble.RandomForestClassifier(**_SMALL), FLAG, methods=_PROBA)
_add("forest two targets", ensemble.RandomForestRegressor(**_SMALL), TWO)
_add("extra trees", ensemble.ExtraTreesRegressor(**_SMALL), NUMBER)
_add("boosting 2", ensemble.GradientBoostingClassifier(**_SMALL), BINARY, methods=_PROBA)
_add("boosting 3", ensemble.GradientBoostingClassifier(**_SMALL), TEXT, methods=_PROBA)
_add("boosting", ensemble.GradientBoostingRegressor(**_SMALL), NUMBER)
_add("histogram 2", ensemble.HistGradientBoostingClassifier(max_iter=10), FLAG, X.mask(X > 1.5), _PROBA)
_add("histogram 3", ensemble.HistGradientBoostingClassifier(max_iter=10), TEXT, methods=_PROBA)
_add("histogram poisson", ensemble.HistGradientBoostingRegressor(loss="poisson", max_iter=10), POSITIVE)
_add("histogram categories", ensemble.HistGradientBoostingRegressor(categorical_features=[3], max_iter=10), NUMBER)
_add("AdaBoost 2", ensemble.AdaBoostClassifier(**_SMALL), BINARY, methods=_PROBA)
_add("AdaBoost 3", ensemble.AdaBoostClassifier(**_SMALL), TEXT, methods=_PROBA)
_add("AdaBoost regressor", ensemble.AdaBoostRegressor(**_SMALL), NUMBER)
_add("Bagging", ensemble.BaggingClassifier(**_SMALL), TEXT, methods=_PROBA)
_add("Bagging regressor", ensemble.BaggingRegressor(**_SMALL, max_features=0.7), NUMBER)
_MEMBERS = [("line", _LOGISTIC()), ("tree", tree.DecisionTreeClassifier(max_depth=3))]
_add("Voting soft", ensemble.VotingClassifier(_MEMBERS, voting="soft"), GRADE, methods=_PROBA)
_add("Voting hard", ensemble.VotingClassifier([*_MEMBERS, ("nb", naive_bayes.GaussianNB())]), TEXT)
_add("Stacking", ensemble.StackingClassifier(_MEMBERS), BINARY, methods=_PROBA)
_ESTIMATORS = [("line", linear_model.Ridge()), ("tree", tree.DecisionTreeRegressor(max_depth=3))]
_add("Voting regressor", ensemble.VotingRegressor(_ESTIMATORS), NUMBER)
_add("Stacking regressor", ensemble.StackingRegressor(_ESTIMATORS), NUMBER)
_add("Calibrated sigmoid", calibration.CalibratedClassifierCV(svm.LinearSVC()), BINARY, methods=_PROBA)
_add("Calibrated isotonic", calibration.CalibratedClassifierCV(_LOGISTIC(), method="isotonic"), GRADE, methods=_PROBA)
_add("GridSearchCV", model_selection.GridSearchCV(_LOGISTIC(), {"C": [0.1, 1]}), TEXT, methods=_PROBA)
_add("OneVsRest", multiclass.OneVsRestClassifier(_LOGISTIC()), TEXT, methods=_PROBA)
_add("OneVsOne", multiclass.OneVsOneClassifier(_LOGISTIC()), GRADE)
_add("MultiOutput", multioutput.MultiOutputRegressor(linear_model.Ridge()), TWO)
_add("MultiOutput classifier", multioutput.MultiOutputClassifier(_LOGISTIC()), np.c_[BINARY, GRADE])
_LOG = {"func": np.log1p, "inverse_func": np.expm1}
_add("transformed target", compose.TransformedTargetRegressor(linear_model.Ridge(), **_LOG), POSITIVE)
_add("search of a pipeline", model_selection.GridSearchCV(make_pipeline(preprocessing.StandardScaler(), _LOGISTIC()), {"logisticregression__C": [1, 2]}), BINARY)  # fmt: skip
_add("DummyClassifier", dummy.DummyClassifier(), TEXT, methods=_PROBA)
_add("DummyRegressor", dummy.DummyRegressor(), NUMBER)
_add("IsolationForest", ensemble.IsolationForest(**_SMALL), None)
_add("LOF", neighbors.LocalOutlierFactor(novelty=True), None)
_add("EllipticEnvelope", covariance.EllipticEnvelope(random_state=0), None)
_STEPS = {
    "MinMaxScaler": preprocessing.MinMaxScaler(), "clipping": preprocessing.MinMaxScaler(clip=True),
    "RobustScaler": preprocessing.RobustScaler(), "MaxAbsScaler": preprocessing.MaxAbsScaler(),
    "Normalizer": preprocessing.Normalizer(), "PolynomialFeatures": preprocessing.PolynomialFeatures(3),
    "PowerTransformer": preprocessing.PowerTransformer(),
    "QuantileTransformer": preprocessing.QuantileTransformer(n_quantiles=50),
    "SplineTransformer": preprocessing.SplineTransformer(), "Binarizer": preprocessing.Binarizer(threshold=0.1),
    "KBinsDiscretizer": preprocessing.KBinsDiscretizer(5, quantile_method="averaged_inverted_cdf"),
    "KBins ordinal": preprocessing.KBinsDiscretizer(5, encode="ordinal", quantile_method="averaged_inverted_cdf"),
    "PCA": decomposition.PCA(2), "TruncatedSVD": decomposition.TruncatedSVD(2),
    "SelectKBest": feature_selection.SelectKBest(k=2), "SimpleImputer": impute.SimpleImputer(add_indicator=True),
    "KNNImputer": impute.KNNImputer(), "FunctionTransformer": preprocessing.FunctionTransformer(np.abs),
}  # fmt: skip
for name, step in _STEPS.items():
    frame = X.mask(X > 1.2) if "Imputer" in name else X
    _add(f"{name} Ridge", make_pipeline(step, linear_model.Ridge()), NUMBER, frame)
_add("scaled KNN", make_pipeline(preprocessing.StandardScaler(), neighbors.KNeighborsClassifier()), GRADE)
_add("PCA forest", make_pipeline(decomposition.PCA(3), ensemble.RandomForestClassifier(**_SMALL)), GRADE)
_add("pipeline XGBoost", make_pipeline(preprocessing.StandardScaler(), XGBClassifier(n_estimators=10)), BINARY, methods=_PROBA)
_add("pipeline LightGBM", make_pipeline(preprocessing.StandardScaler(), LGBMClassifier(n_estimators=10, verbose=-1)), BINARY)

_SCALE, _ONEHOT, _ORDINAL = preprocessing.StandardScaler, preprocessing.OneHotEncoder, preprocessing.OrdinalEncoder
_UNKNOWN = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
_GAPS = MIXED.mask(np.random.default_rng(9).random(MIXED.shape) < 0.1).astype({"flag": object, "n": float})
_FILLED = impute.SimpleImputer(strategy="most_frequent")
_TRANSFORMERS: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "one hot": ([("t", _ONEHOT(handle_unknown="ignore"), ["plan", "land"])], {"remainder": "drop"}),
    "one hot error": ([("t", _ONEHOT(), ["plan", "land"]), ("n", _SCALE(), ["a", "b"])], {}),
    "one hot drop": ([("t", _ONEHOT(drop="first"), ["plan"]), ("n", "passthrough", ["a", "n"])], {}),
    "one hot if binary": ([("t", _ONEHOT(drop="if_binary"), ["plan"]), ("n", "passthrough", ["a"])], {}),
    "infrequent": ([("t", _ONEHOT(handle_unknown="infrequent_if_exist", min_frequency=40), ["land"])], {}),
    "ordinal": ([("t", _ORDINAL(**_UNKNOWN), ["plan", "land"]), ("n", "passthrough", ["a", "flag"])], {}),
    "ordinal error": ([("t", _ORDINAL(), ["plan", "land"]), ("n", "drop", ["a", "flag"])], {}),
    "one hot of numbers": ([("t", _ONEHOT(handle_unknown="ignore"), ["d", "plan"])], {}),
    "one hot of integers": ([("t", _ONEHOT(handle_unknown="ignore"), ["n", "flag"])], {}),
    "selector": ([("t", _ONEHOT(handle_unknown="ignore"), make_column_selector(dtype_include=object)),
                  ("n", _SCALE(), make_column_selector(dtype_include=np.number))], {}),
    "remainder": ([("t", _ONEHOT(handle_unknown="ignore"), ["plan", "land"])], {"remainder": _SCALE()}),
    "integers and flags": ([("n", _SCALE(), ["n", "flag"]), ("d", preprocessing.MinMaxScaler(), ["a"])], {}),
    "target encoder": ([("t", preprocessing.TargetEncoder(random_state=0), ["plan", "land"])], {}),
}  # fmt: skip
for name, (steps, options) in _TRANSFORMERS.items():
    frame = MIXED.drop(columns=["plan", "land"]) if name == "integers and flags" else MIXED
    if name == "remainder":
        frame = MIXED.drop(columns=["flag"])
    _add(f"columns {name}", make_pipeline(compose.ColumnTransformer(steps, **options), _LOGISTIC()), BINARY, frame)
    _add(f"columns {name} forest", make_pipeline(compose.ColumnTransformer(steps, **options), ensemble.RandomForestRegressor(**_SMALL)), NUMBER, frame)  # fmt: skip
_FILLING = compose.ColumnTransformer(
    [("t", make_pipeline(_FILLED, _ONEHOT(handle_unknown="ignore")), ["plan", "land"]),
     ("n", make_pipeline(impute.SimpleImputer(strategy="median", add_indicator=True), _SCALE()), ["a", "b", "n"])]
)  # fmt: skip
_add("columns missing", make_pipeline(_FILLING, _LOGISTIC()), BINARY, _GAPS.drop(columns=["flag"]), _PROBA)

WORDS = ["a lovely wine", "Größe und WEIN", "l'été à la plage", "Привет мир", "snake_case x1 42", "not for me", "it's THE wine"]
REVIEWS = pd.DataFrame({"review": WORDS * 10, "stars": np.arange(70) % 7 * 1.0})
_GOOD = np.arange(70) % 7 % 2
_VECTORIZERS = {
    "count": CountVectorizer(), "tfidf": TfidfVectorizer(), "bigrams": TfidfVectorizer(ngram_range=(1, 2)),
    "only bigrams": CountVectorizer(ngram_range=(2, 2)), "stop words": CountVectorizer(stop_words="english"),
    "binary": CountVectorizer(binary=True, max_features=8), "sublinear": TfidfVectorizer(sublinear_tf=True, norm="l1"),
    "no idf": TfidfVectorizer(use_idf=False, norm=None), "case": CountVectorizer(lowercase=False),
    "accents": CountVectorizer(strip_accents="unicode"), "characters": TfidfVectorizer(analyzer="char", ngram_range=(2, 3)),
    "pattern": CountVectorizer(token_pattern=r"[a-z]+"), "float32": TfidfVectorizer(dtype=np.float32),
}  # fmt: skip
for name, vectorizer in _VECTORIZERS.items():
    words = compose.ColumnTransformer([("w", vectorizer, "review")], remainder="passthrough")
    _add(f"text {name}", make_pipeline(words, _LOGISTIC()), _GOOD, REVIEWS, "predict_proba")
