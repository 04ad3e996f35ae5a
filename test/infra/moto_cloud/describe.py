"""What is there in moto's cloud, as JSON: buckets, functions, APIs with all that belongs to them, roles."""

import json

import boto3

s3 = boto3.client("s3")
functions = boto3.client("lambda")
api = boto3.client("apigateway")
iam = boto3.client("iam")
logs = boto3.client("logs")
alarms = boto3.client("cloudwatch")


def bucket(name: str) -> dict:
    return {
        "versioning": s3.get_bucket_versioning(Bucket=name).get("Status"),
        "encryption": s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"],
        "publicAccess": s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"],
        "lifecycle": s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"],
        "policy": json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]),
    }


def function(configuration: dict) -> dict:
    name = configuration["FunctionName"]
    role = configuration["Role"].rsplit("/", 1)[-1]
    aliases = functions.list_aliases(FunctionName=name)["Aliases"]
    return {
        **{key: configuration[key] for key in ("Handler", "Runtime", "Timeout", "MemorySize", "CodeSize")},
        "environment": configuration.get("Environment", {}).get("Variables", {}),
        "aliases": {alias["Name"]: alias["FunctionVersion"] for alias in aliases},
        "statements": role_statements(role),
        "mayBeCalledBy": callers(name, [alias["Name"] for alias in aliases]),
    }


def role_statements(role: str) -> list:
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=n)["PolicyDocument"] for n in names]
    return [statement for document in documents for statement in document["Statement"]]


def callers(name: str, aliases: list[str]) -> list:
    found = []
    for qualifier in [None, *aliases]:
        try:
            answer = functions.get_policy(FunctionName=name, **({"Qualifier": qualifier} if qualifier else {}))
        except functions.exceptions.ResourceNotFoundException:
            continue
        found += [s["Principal"].get("Service") for s in json.loads(answer["Policy"])["Statement"]]
    return sorted(set(found))


def rest_api(item: dict) -> dict:
    rest_id = item["id"]
    resources = api.get_resources(restApiId=rest_id, embed=["methods"], limit=500)["items"]
    responses = api.get_gateway_responses(restApiId=rest_id)["items"]
    return {
        "id": rest_id,
        "name": item["name"],
        "binaryMediaTypes": item.get("binaryMediaTypes"),
        "minimumCompressionSize": item.get("minimumCompressionSize"),
        "methods": {f"{verb} {r['path']}": method(m) for r in resources for verb, m in r.get("resourceMethods", {}).items()},
        "stages": {s["stageName"]: bool(s.get("accessLogSettings")) for s in api.get_stages(restApiId=rest_id)["item"]},
        "authorizers": [a["type"] for a in api.get_authorizers(restApiId=rest_id)["items"]],
        "gatewayResponses": {r["responseType"]: r.get("responseTemplates") for r in responses},
    }


def method(made: dict) -> dict:
    integration = made["methodIntegration"]
    return {
        "authorization": made["authorizationType"],
        "keyRequired": made.get("apiKeyRequired", False),
        "integration": integration["type"],
        "uri": integration.get("uri"),
    }


def usage_plan(plan: dict) -> dict:
    keys = api.get_usage_plan_keys(usagePlanId=plan["id"])["items"]
    stages = [f"{stage['apiId']}/{stage['stage']}" for stage in plan["apiStages"]]
    return {"throttle": plan.get("throttle"), "quota": plan.get("quota"), "stages": stages, "keys": [k["id"] for k in keys]}


def alarm(found: dict) -> dict:
    return {
        "metric": found["MetricName"],
        "threshold": found["Threshold"],
        "of": [dimension["Value"] for dimension in found["Dimensions"]],
        "actions": found["AlarmActions"],
    }


names = [b["Name"] for b in s3.list_buckets()["Buckets"]]
print(
    json.dumps(
        {
            # The bootstrap stack's own are not the project's.
            "buckets": {name: bucket(name) for name in names if not name.startswith("cdk-")},
            "functions": {c["FunctionName"]: function(c) for c in functions.list_functions()["Functions"]},
            "restApis": [rest_api(item) for item in api.get_rest_apis()["items"]],
            "apiKeys": [key["id"] for key in api.get_api_keys()["items"]],
            "usagePlans": [usage_plan(plan) for plan in api.get_usage_plans()["items"]],
            "roles": [r["RoleName"] for r in iam.list_roles()["Roles"] if not r["RoleName"].startswith("cdk-")],
            "alarms": {a["AlarmDescription"]: alarm(a) for a in alarms.describe_alarms()["MetricAlarms"]},
            "logGroups": {g["logGroupName"]: g.get("retentionInDays") for g in logs.describe_log_groups()["logGroups"]},
        }
    )
)
