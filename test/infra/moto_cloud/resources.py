"""The resources of our templates that moto's CloudFormation does not know, or knows in part.

moto has an API for most of them; each function below makes that call, as CloudFormation would. So the template is
deployed as it is. What is only noted, because moto has nothing for it, is in NOTED; docs/design-notes/moto.md
lists both.
"""

import json
from dataclasses import dataclass
from typing import Any, Callable

from moto.apigateway.models import apigateway_backends
from moto.awslambda.models import lambda_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.s3.models import cfn_to_api_encryption, s3_backends

Properties = dict[str, Any]


@dataclass
class Made:
    """What CloudFormation knows of a resource once it is there."""

    physical_id: str
    attributes: dict[str, str]
    delete: Callable[[], Any] = lambda: None


@dataclass
class Region:
    """Where a resource is made, and the name that it gets unless it brings one."""

    account: str
    name: str
    generated_name: str

    @property
    def apigateway(self):
        return apigateway_backends[self.account][self.name]

    @property
    def functions(self):
        return lambda_backends[self.account][self.name]

    @property
    def alarms(self):
        return cloudwatch_backends[self.account][self.name]

    @property
    def buckets(self):
        return s3_backends[self.account]["aws"]


def camel(properties: Properties) -> dict[str, Any]:
    """CloudFormation's names of properties as API Gateway's API spells them: RateLimit, rateLimit."""
    return {name[0].lower() + name[1:]: value for name, value in properties.items()}


def bucket(region: Region, p: Properties) -> Made:
    name, buckets = p.get("BucketName", region.generated_name), region.buckets
    buckets.create_bucket(name, region.name)
    if "BucketEncryption" in p:
        buckets.put_bucket_encryption(name, cfn_to_api_encryption(p["BucketEncryption"]))
    if "PublicAccessBlockConfiguration" in p:
        buckets.put_public_access_block(name, p["PublicAccessBlockConfiguration"])
    if "VersioningConfiguration" in p:
        buckets.put_bucket_versioning(name, p["VersioningConfiguration"]["Status"])
    rules = p.get("LifecycleConfiguration", {}).get("Rules", [])
    buckets.put_bucket_lifecycle_configuration(name, [lifecycle_rule(rule) for rule in rules])
    domain = f"{name}.s3.amazonaws.com"
    attributes = {"Arn": f"arn:aws:s3:::{name}", "DomainName": domain, "RegionalDomainName": domain}
    return Made(name, attributes, lambda: buckets.delete_bucket(name))


def lifecycle_rule(rule: Properties) -> dict[str, Any]:
    """S3's own form of a rule."""
    same = ("Status", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
    marker, days = rule.get("ExpiredObjectDeleteMarker"), rule.get("ExpirationInDays")
    expiration = {"ExpiredObjectDeleteMarker": marker} if marker else {"Days": days} if days else None
    return {
        "ID": rule["Id"],
        "Prefix": rule.get("Prefix", ""),
        **{key: rule[key] for key in same if key in rule},
        **({"Expiration": expiration} if expiration else {}),
    }


def bucket_policy(region: Region, p: Properties) -> Made:
    bucket = p["Bucket"]
    if bucket.startswith("cdk-"):
        # moto refuses all that a Deny names, whatever its conditions: nothing could be staged there.
        return Made(bucket, {})
    region.buckets.put_bucket_policy(bucket, json.dumps(p["PolicyDocument"]).encode())
    return Made(bucket, {}, lambda: region.buckets.delete_bucket_policy(bucket))


def function_version(region: Region, p: Properties) -> Made:
    version = region.functions.publish_version(p["FunctionName"])
    return Made(version.function_arn, {"Version": str(version.version)})


def function_alias(region: Region, p: Properties) -> Made:
    name, function = p["Name"], p["FunctionName"]
    alias = region.functions.create_alias(
        name, function, p["FunctionVersion"], p.get("Description", ""), None
    )
    return Made(alias.arn, {}, lambda: region.functions.delete_alias(name, function))


def rest_api(region: Region, p: Properties) -> Made:
    policy = p.get("Policy")
    api = region.apigateway.create_rest_api(
        p["Name"],
        p.get("Description", ""),
        endpoint_configuration=camel(p.get("EndpointConfiguration", {})) or None,
        policy=json.dumps(policy) if policy else None,
        minimum_compression_size=p.get("MinimumCompressionSize"),
        disable_execute_api_endpoint=p.get("DisableExecuteApiEndpoint"),
    )
    api.binaryMediaTypes = p.get("BinaryMediaTypes", [])
    root = next(r.id for r in region.apigateway.get_resources(api.id) if r.path_part == "/")
    attributes = {"RootResourceId": root, "RestApiId": api.id}
    return Made(api.id, attributes, lambda: region.apigateway.delete_rest_api(api.id))


def method(region: Region, p: Properties) -> Made:
    api, resource, verb = p["RestApiId"], p["ResourceId"], p["HttpMethod"]
    region.apigateway.put_method(
        api,
        resource,
        verb,
        p.get("AuthorizationType", "NONE"),
        api_key_required=p.get("ApiKeyRequired", False),
        authorizer_id=p.get("AuthorizerId"),
        authorization_scopes=p.get("AuthorizationScopes"),
    )
    integration = p["Integration"]
    region.apigateway.put_integration(
        api,
        resource,
        verb,
        integration["Type"],
        integration.get("Uri", ""),
        integration.get("IntegrationHttpMethod", ""),
        request_templates=integration.get("RequestTemplates"),
        timeout_in_millis=integration.get("TimeoutInMillis"),
    )
    return Made(f"{api}/{resource}/{verb}", {})


def deployment(region: Region, p: Properties) -> Made:
    made = region.apigateway.create_deployment(p["RestApiId"], "", p.get("Description", ""))
    return Made(made.id, {"DeploymentId": made.id})


def stage(region: Region, p: Properties) -> Made:
    api, name = p["RestApiId"], p["StageName"]
    region.apigateway.create_stage(
        api, name, p["DeploymentId"], tracing_enabled=p.get("TracingEnabled")
    )
    changes = [
        {"op": "replace", "path": f"/accessLogSettings/{camel({key: 0}).popitem()[0]}", "value": value}
        for key, value in p.get("AccessLogSetting", {}).items()
    ]
    region.apigateway.update_stage(api, name, changes)
    return Made(name, {}, lambda: region.apigateway.delete_stage(api, name))


def api_key(region: Region, p: Properties) -> Made:
    wanted = {"enabled": p.get("Enabled", True), "description": p.get("Description", "")}
    key = region.apigateway.create_api_key({**wanted, "name": p.get("Name", "key")})
    return Made(key.id, {"APIKeyId": key.id}, lambda: region.apigateway.delete_api_key(key.id))


def usage_plan(region: Region, p: Properties) -> Made:
    plan = region.apigateway.create_usage_plan(
        {
            "name": p.get("UsagePlanName", "plan"),
            "description": p.get("Description"),
            "apiStages": [camel(stage) for stage in p.get("ApiStages", [])],
            "throttle": camel(p.get("Throttle", {})),
            "quota": camel(p.get("Quota", {})),
        }
    )
    return Made(plan.id, {}, lambda: region.apigateway.delete_usage_plan(plan.id))


def usage_plan_key(region: Region, p: Properties) -> Made:
    plan, key = p["UsagePlanId"], p["KeyId"]
    region.apigateway.create_usage_plan_key(plan, {"keyId": key, "keyType": p["KeyType"]})
    return Made(f"{key}:{plan}", {}, lambda: region.apigateway.delete_usage_plan_key(plan, key))


def gateway_response(region: Region, p: Properties) -> Made:
    api, kind = p["RestApiId"], p["ResponseType"]
    region.apigateway.put_gateway_response(
        api, kind, p.get("StatusCode"), p.get("ResponseParameters"), p.get("ResponseTemplates")
    )
    return Made(
        f"{api}/{kind}", {}, lambda: region.apigateway.delete_gateway_response(api, kind)
    )


def authorizer(region: Region, p: Properties) -> Made:
    api = p["RestApiId"]
    made = region.apigateway.create_authorizer(
        api,
        p["Name"],
        p["Type"],
        provider_arns=p.get("ProviderARNs"),
        authorizer_uri=p.get("AuthorizerUri"),
        identity_source=p.get("IdentitySource"),
        identiy_validation_expression=p.get("IdentityValidationExpression"),
        authorizer_result_ttl=p.get("AuthorizerResultTtlInSeconds"),
    )
    return Made(made.id, {}, lambda: region.apigateway.delete_authorizer(api, made.id))


def account(region: Region, p: Properties) -> Made:
    change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": p["CloudWatchRoleArn"]}
    region.apigateway.update_account([change])
    return Made("account", {})


def alarm(region: Region, p: Properties) -> Made:
    name = p.get("AlarmName", region.generated_name)
    made = region.alarms.put_metric_alarm(
        name,
        p["Namespace"],
        p["MetricName"],
        p["ComparisonOperator"],
        p["EvaluationPeriods"],
        p["Period"],
        p["Threshold"],
        p["Statistic"],
        p.get("AlarmDescription", ""),
        p.get("Dimensions", []),
        p.get("AlarmActions", []),
        treat_missing_data=p.get("TreatMissingData"),
    )
    return Made(name, {"Arn": made.alarm_arn}, lambda: region.alarms.delete_alarms([name]))


def noted(region: Region, _: Properties) -> Made:
    """It exists by name; references to its ARN have a value."""
    return Made(region.generated_name, {"Arn": f"arn:aws:noted:::{region.generated_name}"})


MAKERS: dict[str, Callable[[Region, Properties], Made]] = {
    "AWS::S3::Bucket": bucket,
    "AWS::S3::BucketPolicy": bucket_policy,
    "AWS::Lambda::Version": function_version,
    "AWS::Lambda::Alias": function_alias,
    "AWS::ApiGateway::RestApi": rest_api,
    "AWS::ApiGateway::Method": method,
    "AWS::ApiGateway::Deployment": deployment,
    "AWS::ApiGateway::Stage": stage,
    "AWS::ApiGateway::ApiKey": api_key,
    "AWS::ApiGateway::UsagePlan": usage_plan,
    "AWS::ApiGateway::UsagePlanKey": usage_plan_key,
    "AWS::ApiGateway::GatewayResponse": gateway_response,
    "AWS::ApiGateway::Authorizer": authorizer,
    "AWS::ApiGateway::Account": account,
    "AWS::CloudWatch::Alarm": alarm,
}

NOTED = [
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::CDK::Metadata",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::SQS::QueuePolicy",
    "AWS::WAFv2::LoggingConfiguration",
    "AWS::WAFv2::WebACL",
    "AWS::WAFv2::WebACLAssociation",
]
